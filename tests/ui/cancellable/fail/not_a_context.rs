use taskward::{Context, ContextError, cancellable};

#[cancellable(allow(no_await))]
async fn number(number: u32) -> Result<u32, ContextError> {
    Ok(number)
}

struct Service;

impl Service {
    #[cancellable(allow(no_await))]
    async fn text(&self, name: &str, n: u8) -> Result<usize, ContextError> {
        Ok(name.len() + usize::from(n))
    }
}

#[cancellable]
async fn exclusive(ctx: &mut Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

fn main() {
    drop((exclusive(&mut Context::background()), number(1), Service.text("", 1)));
}
