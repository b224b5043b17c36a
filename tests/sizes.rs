//! The sizes of futures with an argument of 1 KiB: they store the argument as often as a plain
//! `async fn`.
#![allow(clippy::large_types_passed_by_value, reason = "to see where they are kept")]

use std::future::Future;
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, with_timeout};

type Load = [u8; 1024];
type Answer = Result<u8, ContextError>;

/// The additional bytes that are allowed.
const ONE_MACRO: usize = 64;
const THREE_MACROS: usize = 192;

async fn plain(ctx: &Context, load: Load) -> Answer {
    ctx.checkpoint().await?;
    Ok(load[7])
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

#[cancellable]
#[with_timeout("5s")]
async fn cancelled_limited(ctx: &Context, load: Load) -> Answer {
    ctx.checkpoint().await?;
    Ok(load[7])
}

#[with_timeout("5s")]
#[cancellable]
async fn limited_cancelled(ctx: &Context, load: Load) -> Answer {
    ctx.checkpoint().await?;
    Ok(load[7])
}

async fn plain_without(load: Load) -> Answer {
    tokio::task::yield_now().await;
    Ok(load[7])
}

#[with_timeout("5s")]
async fn limited_without(load: Load) -> Answer {
    tokio::task::yield_now().await;
    Ok(load[7])
}

#[with_timeout(Duration::from_secs(5))]
async fn computed_without(load: Load) -> Answer {
    tokio::task::yield_now().await;
    Ok(load[7])
}

#[cancellable(ambient)]
async fn ambient(load: Load) -> Answer {
    tokio::task::yield_now().await;
    Ok(load[7])
}

async fn plain_outer(ctx: &Context, load: Load) -> Answer {
    plain_middle(ctx, load).await
}

async fn plain_middle(ctx: &Context, load: Load) -> Answer {
    plain(ctx, load).await
}

#[cancellable]
async fn outer(ctx: &Context, load: Load) -> Answer {
    middle(ctx, load).await
}

#[with_timeout("9s")]
async fn middle(ctx: &Context, load: Load) -> Answer {
    cancelled(ctx, load).await
}

fn size<F: Future>(future: &F) -> usize {
    size_of_val(future)
}

#[test]
fn one_macro_adds_at_most_64_bytes() {
    let ctx = Context::background();
    let load = [0; 1024];
    let limit = size(&plain(&ctx, load)) + ONE_MACRO;
    for (name, size) in [("cancellable", size(&cancelled(&ctx, load))), ("with_timeout", size(&limited(&ctx, load)))] {
        println!("{name}: {size}, at most {limit}");
        assert!(size <= limit, "{name}: {size} > {limit}");
    }
    let limit = size(&plain_without(load)) + ONE_MACRO;
    for (name, size) in [
        ("with_timeout without a context", size(&limited_without(load))),
        ("with_timeout computed", size(&computed_without(load))),
        ("cancellable(ambient)", size(&ambient(load))),
    ] {
        println!("{name}: {size}, at most {limit}");
        assert!(size <= limit, "{name}: {size} > {limit}");
    }
}

#[test]
fn two_macros_on_one_function_add_at_most_128_bytes() {
    let ctx = Context::background();
    let load = [0; 1024];
    let limit = size(&plain(&ctx, load)) + 2 * ONE_MACRO;
    for size in [size(&cancelled_limited(&ctx, load)), size(&limited_cancelled(&ctx, load))] {
        println!("{size}, at most {limit}");
        assert!(size <= limit, "{size} > {limit}");
    }
}

#[test]
fn three_macros_deep_add_at_most_192_bytes() {
    let ctx = Context::background();
    let load = [0; 1024];
    let limit = size(&plain_outer(&ctx, load)) + THREE_MACROS;
    let size = size(&outer(&ctx, load));
    println!("{size}, at most {limit}");
    assert!(size <= limit, "{size} > {limit}");
}
