//! Tests of internal state: nothing is left behind.

use std::future::pending;
use std::time::Duration;

use crate::Context;

fn observers(ctx: &Context) -> usize {
    ctx.node().map_or(0, |node| node.observers())
}

#[tokio::test(start_paused = true)]
async fn a_finished_child_leaves_nothing_in_its_parent() {
    let (parent, _canceller) = Context::background().with_cancel();
    for _ in 0..1000 {
        let child = parent.with_timeout(Duration::from_millis(1));
        assert!(child.run(pending::<()>()).await.is_err());
        drop(child);
        let (child, canceller) = parent.with_cancel();
        let mut waiting = Box::pin(child.cancelled());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        assert_eq!(observers(&parent), 1);
        drop(waiting);
        drop((child, canceller));
        assert_eq!(observers(&parent), 0);
    }
}

#[tokio::test]
async fn a_wait_that_is_dropped_leaves_nothing() {
    let (ctx, _canceller) = Context::background().with_cancel();
    let mut race = Box::pin(ctx.run(pending::<()>()));
    let hook = ctx.on_cancel(drop);
    assert!(futures::poll!(race.as_mut()).is_pending());
    assert_eq!(observers(&ctx), 2);
    drop((race, hook));
    assert_eq!(observers(&ctx), 0);
}

#[tokio::test]
async fn nested_calls_in_one_task_register_once() {
    let (ctx, canceller) = Context::background().with_cancel();
    let mut nested = Box::pin(ctx.run(ctx.run(ctx.run(pending::<()>()))));
    for _ in 0..3 {
        assert!(futures::poll!(nested.as_mut()).is_pending());
        assert_eq!(observers(&ctx), 1);
    }
    canceller.cancel();
    assert!(nested.await.is_err());
    assert_eq!(observers(&ctx), 0);
}

#[tokio::test(start_paused = true)]
async fn merged_and_lingering_contexts_leave_nothing() {
    let (one, _one) = Context::background().with_cancel();
    let (other, _other) = Context::background().with_cancel();
    for _ in 0..100 {
        let both = one.merge(&other);
        let lingering = other.linger(Duration::from_secs(1));
        let mut waiting = Box::pin(lingering.cancelled());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        assert_eq!((observers(&one), observers(&other)), (1, 2));
        drop((both, waiting));
        drop(lingering);
        assert_eq!((observers(&one), observers(&other)), (0, 0));
    }
}

#[test]
fn observers_of_several_threads_leave_nothing() {
    let (ctx, _canceller) = Context::background().with_cancel();
    let hooks: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| ctx.on_cancel(drop))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(observers(&ctx), 4);
    drop(hooks);
    assert_eq!(observers(&ctx), 0);
}
