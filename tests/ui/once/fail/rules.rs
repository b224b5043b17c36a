use taskward::{Context, ContextError, cancellable, once};

#[cancellable]
#[once]
async fn below(ctx: &Context) -> Result<&'static String, ContextError> {
    ctx.checkpoint().await?;
    Ok(std::fs::read_to_string("name").unwrap_or_default())
}

#[once]
#[cancellable]
async fn above(ctx: &Context) -> Result<&'static String, ContextError> {
    ctx.checkpoint().await?;
    Ok(std::fs::read_to_string("name").unwrap_or_default())
}

#[cancellable]
#[once]
async fn cannot_say_it(ctx: &Context) -> &'static String {
    ctx.cancelled().await;
    String::new()
}

#[once]
#[cancellable]
async fn never_waits(_ctx: &Context) -> Result<&'static String, ContextError> {
    Ok(String::new())
}

fn main() {}
