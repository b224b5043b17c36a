use std::future::pending;
use std::time::Duration;

use taskward::Context;
use tokio::time::{Instant, advance};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_limit_ends_the_context_on_time() {
    let start = Instant::now();
    let ctx = Context::background().with_timeout(5 * SECOND);
    let error = ctx.cancelled().await;
    assert_eq!(start.elapsed(), 5 * SECOND);
    assert!(error.is_deadline_exceeded());
    assert_eq!(error.to_string(), "deadline exceeded: the time limit of 5s passed");
    assert!(error.cause().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_counts_before_any_timer_fired() {
    let ctx = Context::background().with_timeout(SECOND);
    let (child, _canceller) = ctx.with_cancel();
    assert!(ctx.check().is_ok());
    advance(2 * SECOND).await;
    assert!(child.has_ended(), "nothing waited, so there is no timer");
    assert!(ctx.check().unwrap_err().is_deadline_exceeded());
    assert!(child.check().unwrap_err().is_deadline_exceeded());
    let mut polled = false;
    let result = ctx.run(async { polled = true }).await;
    assert!(result.is_err() && !polled);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_in_the_past_ends_at_once() {
    let past = Instant::now();
    advance(SECOND).await;
    let ctx = Context::background().with_deadline(past);
    assert!(ctx.has_ended());
    assert_eq!(ctx.remaining(), Some(Duration::ZERO));
    assert_eq!(ctx.cancelled().await.to_string(), "deadline exceeded: the deadline passed");
    assert!(Context::background().with_timeout(Duration::ZERO).has_ended());
}

#[tokio::test(start_paused = true)]
async fn the_earlier_deadline_wins_and_names_its_limit() {
    let start = Instant::now();
    let outer = Context::background().with_timeout(SECOND);
    let inner = outer.with_timeout(5 * SECOND);
    assert_eq!(inner.deadline(), Some(start + SECOND));
    assert_eq!(inner.remaining(), Some(SECOND));
    let error = inner.run(pending::<()>()).await.unwrap_err();
    assert_eq!(start.elapsed(), SECOND);
    assert_eq!(error.to_string(), "deadline exceeded: the time limit of 1s passed");

    let inner = Context::background().with_timeout(5 * SECOND).with_timeout(SECOND);
    assert_eq!(inner.run(pending::<()>()).await.unwrap_err().to_string(), error.to_string());
    assert_eq!(start.elapsed(), 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_parents_deadline_reaches_children_that_wait() {
    let parent = Context::background().with_timeout(SECOND);
    let (child, _canceller) = parent.with_cancel();
    let (grandchild, _canceller) = child.with_value(1).with_cancel();
    let error = grandchild.cancelled().await;
    assert!(error.is_deadline_exceeded());
    assert!(child.has_ended() && parent.has_ended());
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_before_the_deadline_wins_over_it() {
    let (root, canceller) = Context::background().with_cancel();
    let ctx = root.with_timeout(SECOND);
    canceller.cancel_with("first");
    advance(2 * SECOND).await;
    assert_eq!(ctx.check().unwrap_err().to_string(), "cancelled: first");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_child_leaves_its_parent_alone() {
    let (parent, _canceller) = Context::background().with_cancel();
    let child = parent.with_timeout(SECOND);
    child.cancelled().await;
    assert!(!parent.has_ended());
}

#[test]
fn a_limit_beyond_all_time_is_none() {
    let ctx = Context::background().with_timeout(Duration::MAX);
    assert_eq!(ctx.deadline(), None);
}

#[test]
fn either_kind_of_instant_will_do() {
    let at = std::time::Instant::now();
    assert!(Context::background().with_deadline(at).has_ended());
}

#[test]
fn a_deadline_works_without_a_runtime() {
    let ctx = Context::background().with_timeout(Duration::ZERO);
    assert!(futures::executor::block_on(ctx.run(pending::<()>())).is_err());
    let ctx = Context::background().with_timeout(Duration::from_secs(3600));
    assert!(futures::executor::block_on(ctx.run(async { 1 })).is_ok());
}

/// All waiters share one timer, which was started on a runtime that is dropped first.
#[test]
fn a_deadline_outlives_the_runtime_that_kept_its_timer() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (first, second) = (runtime(), runtime());
    let ctx = second.block_on(async { Context::background().with_timeout(Duration::from_secs(3600)) });
    first.block_on(async {
        let mut waiting = std::pin::pin!(ctx.cancelled());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
    });
    let waiting = second.spawn({
        let ctx = ctx.clone();
        async move { ctx.cancelled().await }
    });
    second.block_on(tokio::task::yield_now());
    drop(first);
    assert!(second.block_on(waiting).unwrap().is_deadline_exceeded());
}
