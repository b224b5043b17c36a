use std::cell::{Cell, RefCell};
use std::time::Duration;

use taskward::{Context, ContextError, cancel_test, cancellable as interruptible, defer, with_timeout, worker_pool};
use tokio::time::sleep;

use super::{Alive, settle};

#[interruptible]
async fn work(ctx: &Context, open: &Cell<i32>) -> Result<u8, ContextError> {
    open.set(open.get() + 1);
    defer!(open.set(open.get() - 1));
    ctx.checkpoint().await?;
    sleep(Duration::from_secs(1)).await;
    Ok(7)
}

#[interruptible(grace = "2s")]
async fn with_grace(ctx: &Context, open: &Cell<i32>) -> Result<u8, ContextError> {
    work(ctx, open).await
}

#[cancel_test]
async fn deferred_code_runs_wherever_a_call_is_dropped(ctx: Context) {
    let open = Cell::new(0);
    let done = cancellable(work(&ctx, &open)).await;
    assert_eq!(open.get(), 0);
    assert!(done.is_none_or(|done| matches!(done, Ok(7))));
    let done = cancellable(with_grace(&ctx, &open)).await;
    assert_eq!(open.get(), 0);
    assert!(done.is_none_or(|done| matches!(done, Ok(7))));
}

#[with_timeout("5s")]
async fn limited(ctx: &Context, seen: &RefCell<Option<Context>>) -> Result<u8, ContextError> {
    *seen.borrow_mut() = Some(ctx.clone());
    sleep(Duration::from_secs(1)).await;
    ctx.checkpoint().await?;
    Ok(7)
}

#[cancel_test]
async fn a_limit_ends_with_its_call_wherever_that_is_dropped(ctx: Context) {
    let seen = RefCell::new(None);
    let done = cancellable(limited(&ctx, &seen)).await;
    assert!(seen.borrow().as_ref().is_none_or(Context::has_ended));
    assert!(done.is_none_or(|done| matches!(done, Ok(7))));
    ctx.check().unwrap();
}

#[worker_pool(workers = 2)]
async fn double(ctx: &Context, item: u32, alive: Alive) -> Result<u32, ContextError> {
    let _alive = alive;
    ctx.checkpoint().await?;
    Ok(item * 2)
}

#[cancel_test]
async fn a_generated_pool_that_is_dropped_leaves_no_worker(ctx: Context) {
    let alive = Alive::default();
    let done = cancellable(double_all(&ctx, 0..4, alive.clone())).await;
    settle().await;
    assert_eq!(alive.count(), 0, "a worker is alive");
    assert!(done.is_none_or(|done| done.unwrap() == [0, 2, 4, 6]));
}
