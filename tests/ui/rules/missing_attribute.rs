#[taskward::enforce]
mod service {
    use taskward::{Context, ContextError, with_timeout};

    pub async fn waits(ctx: &Context) -> Result<(), ContextError> {
        ctx.checkpoint().await
    }

    pub async fn never_waits() -> u8 {
        1
    }

    #[with_timeout("5s")]
    pub async fn limited(ctx: &Context) -> Result<(), ContextError> {
        ctx.checkpoint().await
    }
}

fn main() {
    let ctx = taskward::Context::background();
    drop((service::waits(&ctx), service::never_waits(), service::limited(&ctx)));
}
