//! The sizes of futures.
#![allow(clippy::large_types_passed_by_value, reason = "to see where they are kept")]

use taskward::{Context, ContextError, cancellable, with_timeout};

type Load = [u8; 1024];
type Answer = Result<u8, ContextError>;

async fn plain(ctx: &Context, load: Load) -> Answer {
    ctx.checkpoint().await?;
    Ok(load[7])
}

async fn plain_middle(ctx: &Context, load: Load) -> Answer {
    plain(ctx, load).await
}

async fn plain_outer(ctx: &Context, load: Load) -> Answer {
    plain_middle(ctx, load).await
}

#[cancellable]
async fn cancelled(ctx: &Context, load: Load) -> Answer {
    ctx.checkpoint().await?;
    Ok(load[7])
}

#[with_timeout("5s")]
async fn limited(ctx: &Context, load: Load) -> Answer {
    ctx.checkpoint().await?;
    Ok(load[7])
}

#[with_timeout("5s")]
async fn middle(ctx: &Context, load: Load) -> Answer {
    cancelled(ctx, load).await
}

#[cancellable]
async fn outer(ctx: &Context, load: Load) -> Answer {
    middle(ctx, load).await
}

pub(crate) fn print() {
    let ctx = Context::background();
    let load = [0; 1024];
    println!("| (g) size of the future of a call with an argument of 1 KiB | bytes |");
    println!("|---|---:|");
    println!("| plain `async fn` | {} |", size_of_val(&plain(&ctx, load)));
    println!("| `#[cancellable]` | {} |", size_of_val(&cancelled(&ctx, load)));
    println!("| `#[with_timeout]` with a context | {} |", size_of_val(&limited(&ctx, load)));
    println!("| three plain calls deep | {} |", size_of_val(&plain_outer(&ctx, load)));
    println!("| three macros deep | {} |", size_of_val(&outer(&ctx, load)));
}
