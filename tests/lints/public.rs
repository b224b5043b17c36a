//! Public items, which need documentation.

use taskward::{Context, ContextError, cancellable, worker_pool};

/// Documented.
///
/// # Errors
///
/// When `ctx` ends.
#[cancellable]
#[worker_pool(workers = 2)]
pub async fn documented(ctx: &Context, item: u8) -> Result<u8, ContextError> {
    ctx.checkpoint().await?;
    Ok(item)
}

/// Documented.
///
/// # Errors
///
/// When `ctx` ends.
#[worker_pool(workers = 2, stream, order = completion)]
pub async fn streamed(ctx: &Context, item: u8) -> Result<u8, ContextError> {
    ctx.checkpoint().await?;
    Ok(item)
}

/// Documented.
#[worker_pool(local, stream)]
pub async fn local_streamed(ctx: &Context, item: &str) -> Option<usize> {
    ctx.checkpoint().await.ok()?;
    Some(item.len())
}

#[tokio::test]
async fn all_of_it_works_too() -> Result<(), ContextError> {
    assert_eq!(documented_all(&Context::background(), [1]).await?, [1]);
    Ok(())
}
