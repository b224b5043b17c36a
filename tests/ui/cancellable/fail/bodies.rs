//! Errors in the user's body are the compiler's own, at the user's tokens.

use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn wrong_value(ctx: &Context) -> Result<u32, ContextError> {
    ctx.check()?;
    "seven"
}

#[cancellable]
async fn early_return(ctx: &Context, early: bool) -> Result<u32, ContextError> {
    ctx.check()?;
    if early {
        return 7;
    }
    Ok(7)
}

#[cancellable]
async fn stray_semicolon(ctx: &Context) -> Result<u32, ContextError> {
    ctx.check()?;
    Ok(7);
}

#[cancellable]
async fn question_mark(ctx: &Context) -> Result<u32, ContextError> {
    ctx.check()?;
    Ok("7".parse::<u32>()?)
}

#[cancellable]
async fn unknown_name(ctx: &Context) -> Result<u32, ContextError> {
    ctx.check()?;
    Ok(seven)
}

#[cancellable]
async fn moved(ctx: &Context, text: String) -> Result<String, ContextError> {
    ctx.check()?;
    drop(text);
    Ok(text)
}

fn main() {
    let ctx = Context::background();
    drop((wrong_value(&ctx), early_return(&ctx, true), stray_semicolon(&ctx), question_mark(&ctx)));
    drop((unknown_name(&ctx), moved(&ctx, String::new())));
}
