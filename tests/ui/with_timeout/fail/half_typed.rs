use taskward::{Context, ContextError, with_timeout};

#[with_timeout("5s")]
async fn half_typed(ctx: &Context) -> Result<String, ContextError> {
    let text = String::new();
    text.
}

#[with_timeout("5s")]
async fn empty(n: u8) -> Result<String, ContextError> {
}

fn main() {
    drop((half_typed(&Context::background()), empty(1)));
}
