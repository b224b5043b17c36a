use taskward::{Context, ContextError, cancellable};

async fn step(ctx: &Context) -> Result<u8, ContextError> {
    ctx.check()?;
    Ok(1)
}

#[cancellable]
async fn throws_away(ctx: &Context) -> Option<()> {
    let _ = ctx.check();
    _ = ctx.checkpoint().await;
    ctx.checkpoint().await.ok();
    Some(())
}

#[cancellable]
async fn catches(ctx: &Context) -> Result<u8, ContextError> {
    let mut sum = 0;
    for _ in 0..3 {
        match step(ctx).await {
            Ok(n) => sum += n,
            Err(ContextError::Cancelled(_)) => {}
            Err(late) => return Err(late),
        }
        if let Err(ContextError::Cancelled(_)) = step(ctx).await {
            sum = 0;
        }
        match step(ctx).await {
            Err(why @ ContextError::Cancelled(_)) => println!("never mind: {why}"),
            other => sum += other?,
        }
    }
    Ok(sum)
}

fn main() {
    let ctx = Context::background();
    drop((throws_away(&ctx), catches(&ctx)));
}
