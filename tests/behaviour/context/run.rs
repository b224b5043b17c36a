use std::cell::Cell;
use std::future::{pending, poll_fn, ready};
use std::pin::pin;
use std::task::Poll;

use futures::FutureExt;
use futures::future::join_all;
use taskward::Context;
use tokio::sync::oneshot;

use crate::support::{Census, Wakes, poll};

#[tokio::test]
async fn an_ended_context_means_that_the_body_is_never_polled() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    let polled = Cell::new(false);
    let result = ctx.run(async { polled.set(true) }).await;
    assert!(result.is_err() && !polled.get());
}

#[test]
fn cancellation_wins_over_a_body_that_is_ready_at_the_same_wake_up() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (sender, receiver) = oneshot::channel();
    let (wakes, waker) = Wakes::new();
    let mut run = pin!(ctx.run(receiver));
    assert!(poll(run.as_mut(), &waker).is_pending());
    sender.send(1).unwrap();
    canceller.cancel();
    assert!(wakes.count() >= 1);
    assert!(matches!(poll(run, &waker), Poll::Ready(Err(_))));
}

#[test]
fn an_interrupted_body_is_dropped_at_once_though_the_race_is_kept() {
    let census = Census::default();
    let (ctx, canceller) = Context::background().with_cancel();
    let (_, waker) = Wakes::new();
    let alive = census.enter();
    let mut run = pin!(ctx.run(async move {
        let _alive = alive;
        pending::<()>().await;
    }));
    assert!(poll(run.as_mut(), &waker).is_pending());
    canceller.cancel();
    assert!(poll(run.as_mut(), &waker).is_ready());
    assert_eq!(census.alive(), 0);
}

#[test]
fn the_waker_of_the_last_poll_is_woken() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (old, old_waker) = Wakes::new();
    let (new, new_waker) = Wakes::new();
    let mut run = pin!(ctx.run(pending::<()>()));
    assert!(poll(run.as_mut(), &old_waker).is_pending());
    assert!(poll(run.as_mut(), &new_waker).is_pending());
    canceller.cancel();
    assert_eq!((old.count(), new.count()), (0, 1));
    assert!(poll(run, &new_waker).is_ready());
}

#[tokio::test]
async fn many_waiters_are_all_woken() {
    let (ctx, canceller) = Context::background().with_cancel();
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let ctx = ctx.clone();
            tokio::spawn(async move { ctx.cancelled().await })
        })
        .collect();
    tokio::task::yield_now().await;
    canceller.cancel_with("all");
    for task in tasks {
        assert_eq!(task.await.unwrap().to_string(), "cancelled: all");
    }
}

/// Inner races rely on the registration of an enclosing race. A combinator with its own wakers
/// must not break them.
#[test]
fn inner_races_inside_of_join_all_are_woken() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (_, waker) = Wakes::new();
    let mut joined = pin!(ctx.run(join_all((0..40).map(|_| ctx.run(pending::<()>())))));
    for _ in 0..3 {
        assert!(poll(joined.as_mut(), &waker).is_pending());
    }
    canceller.cancel();
    let mut inner = pin!(join_all((0..40).map(|_| ctx.run(pending::<()>()))));
    let Poll::Ready(results) = poll(inner.as_mut(), &waker) else { panic!("all have ended") };
    assert!(results.iter().all(Result::is_err));
    assert!(poll(joined, &waker).is_ready());
}

/// A `Shared` inner race is first polled inside a race of the same context, which is then dropped:
/// the next poller has to register.
#[test]
fn a_race_that_outlives_the_enclosing_one_is_still_woken() {
    let (ctx, canceller) = Context::background().with_cancel();
    let inner_ctx = ctx.clone();
    let shared = async move { inner_ctx.run(pending::<()>()).await.is_err() }.boxed().shared();
    let (_, waker) = Wakes::new();
    {
        let below = shared.clone();
        let mut step = 0;
        let mut outer = pin!(ctx.run(async {
            let mut below = below;
            // The second poll comes from a registered race.
            poll_fn(|task| {
                step += 1;
                if step < 2 {
                    return Poll::Pending;
                }
                assert!(below.poll_unpin(task).is_pending());
                Poll::<()>::Pending
            })
            .await;
        }));
        assert!(poll(outer.as_mut(), &waker).is_pending());
        assert!(poll(outer.as_mut(), &waker).is_pending());
    }
    let (wakes, other) = Wakes::new();
    let mut shared = pin!(shared);
    assert!(poll(shared.as_mut(), &other).is_pending());
    canceller.cancel();
    assert!(wakes.count() > 0, "no other future is left to wake it");
    assert_eq!(poll(shared, &other), Poll::Ready(true));
}

/// The inner race is boxed and moves to another task, where it registers.
#[test]
fn a_covered_race_registers_when_it_moves_to_another_task() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (_, waker) = Wakes::new();
    let mut inner = Box::pin(ctx.run(pending::<()>()));
    {
        let mut first = true;
        let mut outer = pin!(ctx.run(poll_fn(|task| {
            if !std::mem::take(&mut first) {
                assert!(inner.as_mut().poll_unpin(task).is_pending());
            }
            Poll::<()>::Pending
        })));
        assert!(poll(outer.as_mut(), &waker).is_pending());
        assert!(poll(outer.as_mut(), &waker).is_pending());
    }
    let (wakes, other) = Wakes::new();
    assert!(poll(inner.as_mut(), &other).is_pending());
    canceller.cancel();
    assert_eq!(wakes.count(), 1);
}

#[tokio::test]
async fn a_ready_body_gives_its_value() {
    let (ctx, _canceller) = Context::background().with_cancel();
    assert_eq!(ctx.run(ready(7)).await.unwrap(), 7);
    assert_eq!(Context::background().run(ready(8)).await.unwrap(), 8);
}

#[tokio::test]
async fn a_checkpoint_lets_others_run_and_sees_what_they_cancel() {
    let (ctx, canceller) = Context::background().with_cancel();
    let other = tokio::spawn(async move { canceller.cancel_with("other") });
    let mut rounds = 0;
    let error = loop {
        rounds += 1;
        if let Err(error) = ctx.checkpoint().await {
            break error;
        }
    };
    assert_eq!(error.to_string(), "cancelled: other");
    assert!(rounds <= 2);
    other.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_wake_up_is_lost_between_cancelling_deriving_and_waiting() {
    for _ in 0..500 {
        let (root, canceller) = Context::background().with_cancel();
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let root = root.clone();
                tokio::spawn(async move {
                    let (child, _guard) = root.with_cancel();
                    let (grandchild, _guard) = child.with_cancel();
                    grandchild.cancelled().await
                })
            })
            .collect();
        let cancelling = tokio::spawn(async move { canceller.cancel_with("now") });
        for task in tasks {
            assert_eq!(task.await.unwrap().to_string(), "cancelled: now");
        }
        cancelling.await.unwrap();
    }
}
