use taskward::{Context, ContextError, cancellable, with_timeout};

#[cancellable]
async fn moved(ctx: &Context, text: String) -> Result<(), ContextError> {
    ctx.checkpoint().await?;
    drop(text);
    println!("{text}");
    Ok(())
}

#[with_timeout("5s")]
async fn moved_in_time(ctx: &Context, text: String) -> Result<(), ContextError> {
    ctx.checkpoint().await?;
    drop(text);
    println!("{text}");
    Ok(())
}

fn main() {
    let ctx = Context::background();
    drop((moved(&ctx, String::new()), moved_in_time(&ctx, String::new())));
}
