//! Braces on one line, around one expression.

use taskward::{Context, cancellable, with_timeout, worker_pool};

use super::{Result, by_reference};

#[rustfmt::skip]
#[cancellable]
async fn cancelled(ctx: &Context, n: u8) -> Result<u8> { by_reference(ctx, n).await }

#[rustfmt::skip]
#[with_timeout("5s")]
async fn limited_on_one_line(ctx: &Context, n: u8) -> Result<u8> { by_reference(ctx, n).await }

#[rustfmt::skip]
#[with_timeout("5s")]
async fn without(n: u8) -> Result<u8> { by_reference(&Context::current(), n).await }

#[rustfmt::skip]
#[cancellable(ambient)]
#[with_timeout("5s")]
async fn both_ambient(n: u8) -> Result<u8> { by_reference(&Context::current(), n).await }

#[rustfmt::skip]
#[cancellable(ambient)]
async fn ambient_on_one_line(n: u8) -> Result<u8> { by_reference(&Context::current(), n).await }

#[rustfmt::skip]
#[worker_pool(workers = 2)]
async fn pool(ctx: &Context, n: u8) -> Result<u8> { by_reference(ctx, n).await }

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    let ctx = Context::background();
    assert_eq!(cancelled(&ctx, 1).await? + limited_on_one_line(&ctx, 1).await?, 2);
    assert_eq!(without(1).await? + both_ambient(1).await? + ambient_on_one_line(1).await?, 3);
    assert_eq!(pool_all(&ctx, [1, 2]).await?, [1, 2]);
    Ok(())
}
