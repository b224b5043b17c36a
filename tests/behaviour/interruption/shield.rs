use std::cell::Cell;
use std::future::{pending, ready};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use taskward::{Canceller, Context, ContextError, cancellable, with_timeout};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::each::cancel_at_each_suspension;
use crate::support::{Census, Wakes, poll};

type Result<T> = std::result::Result<T, ContextError>;

const SECOND: Duration = Duration::from_secs(1);

/// Suspends three times.
async fn steps(done: &Cell<u32>) -> u32 {
    for _ in 0..3 {
        yield_now().await;
        done.set(done.get() + 1);
    }
    done.get()
}

#[cancellable]
async fn shielded(ctx: &Context, done: &Cell<u32>, behind: &Cell<bool>) -> Result<u32> {
    let value = ctx.shield(steps(done)).await;
    behind.set(true);
    yield_now().await;
    Ok(value)
}

#[crate::watched::test]
async fn a_shield_is_run_to_its_end_and_the_interruption_comes_at_the_next_suspension() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (done, behind) = (Cell::new(0), Cell::new(false));
    let (result, ()) = tokio::join!(shielded(&ctx, &done, &behind), async { canceller.cancel_with("stop") });
    assert_eq!(result.unwrap_err().to_string(), "cancelled: stop");
    assert_eq!(done.get(), 3);
    assert!(behind.get());
}

#[crate::watched::test]
async fn at_whichever_suspension_it_comes_a_shield_has_run_whole_or_not_at_all() {
    let (done, behind) = (Cell::new(0), Cell::new(false));
    let total = cancel_at_each_suspension(
        |ctx| {
            done.set(0);
            let (done, behind) = (&done, &behind);
            async move { shielded(&ctx, done, behind).await }
        },
        |result| {
            assert!(matches!(done.get(), 0 | 3));
            assert_eq!(result.unwrap_or(3), 3);
        },
    )
    .await;
    assert_eq!(total, 4);
}

#[cancellable]
async fn ends_with_a_shield(ctx: &Context, done: &Cell<u32>) -> Result<u32> {
    Ok(ctx.shield(steps(done)).await)
}

#[cancellable]
async fn calls_it(ctx: &Context, done: &Cell<u32>) -> Result<u32> {
    ends_with_a_shield(ctx, done).await
}

#[crate::watched::test]
async fn the_value_of_a_call_that_ends_with_a_shield_is_kept() {
    let (ctx, canceller) = Context::background().with_cancel();
    let done = Cell::new(0);
    let run = async { ctx.run(calls_it(&ctx, &done)).await };
    let (result, ()) = tokio::join!(run, async { canceller.cancel() });
    assert_eq!(result.unwrap().unwrap(), 3);
}

#[crate::watched::test]
async fn under_a_context_that_has_ended_before_nothing_is_polled() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    let done = Cell::new(0);
    assert!(ends_with_a_shield(&ctx, &done).await.is_err());
    assert!(calls_it(&ctx, &done).await.is_err());
    assert_eq!(done.get(), 0);
}

#[with_timeout("1s")]
async fn limited(ctx: &Context, census: &Census) -> Result<u8> {
    ctx.shield(sleep(3 * SECOND)).await;
    let _alive = census.enter();
    pending().await
}

#[with_timeout("1s")]
async fn limited_without_a_context(census: &Census) -> Result<u8> {
    Context::current().shield(sleep(3 * SECOND)).await;
    let _alive = census.enter();
    pending().await
}

#[with_timeout("1s")]
async fn limited_and_done() -> Result<u8> {
    Ok(Context::current()
        .shield(async {
            sleep(3 * SECOND).await;
            7
        })
        .await)
}

#[crate::watched::test(start_paused = true)]
async fn a_time_limit_waits_for_a_shield_with_and_without_a_context() {
    let census = Census::default();
    let start = Instant::now();
    assert!(limited(&Context::background(), &census).await.unwrap_err().is_deadline_exceeded());
    assert_eq!(start.elapsed(), 3 * SECOND);
    assert!(limited_without_a_context(&census).await.unwrap_err().is_deadline_exceeded());
    assert_eq!(start.elapsed(), 6 * SECOND);
    assert_eq!(limited_and_done().await.unwrap(), 7);
    assert_eq!(census.alive(), 0);
}

#[crate::watched::test]
async fn races_around_races_of_other_contexts_wait_too() {
    for which in 0..3 {
        let (outer, cancel_outer) = Context::background().with_cancel();
        let (inner, cancel_inner) = outer.with_cancel();
        let (other, cancel_other) = Context::background().with_cancel();
        let done = Cell::new(0);
        let run = outer.run(other.run(inner.run(async {
            inner.shield(steps(&done)).await;
            yield_now().await;
        })));
        let (result, ()) = tokio::join!(run, async { [&cancel_outer, &cancel_inner, &cancel_other][which].cancel() });
        assert!(!matches!(result, Ok(Ok(Ok(())))));
        assert_eq!(done.get(), 3);
    }
}

#[crate::watched::test]
async fn two_shields_in_a_row_are_interrupted_where_the_code_suspends_between_them() {
    let count = async |suspends: bool| {
        let (ctx, canceller) = Context::background().with_cancel();
        let done = Cell::new(0);
        let run = ctx.run(async {
            ctx.shield(steps(&done)).await;
            if suspends {
                yield_now().await;
            }
            ctx.shield(steps(&done)).await;
            yield_now().await;
        });
        let (result, ()) = tokio::join!(run, async { canceller.cancel() });
        assert!(result.is_err());
        done.get()
    };
    assert_eq!(count(true).await, 3);
    assert_eq!(count(false).await, 6);
}

#[crate::watched::test]
async fn a_shield_in_a_shield_changes_nothing() {
    let (ctx, canceller) = Context::background().with_cancel();
    let done = Cell::new(0);
    let run = ctx.run(async {
        ctx.shield(async {
            ctx.shield(steps(&done)).await;
            yield_now().await;
            ctx.shield(steps(&done)).await;
        })
        .await;
        pending::<()>().await;
    });
    let (result, ()) = tokio::join!(run, async { canceller.cancel() });
    assert!(result.is_err());
    assert_eq!(done.get(), 6);
}

#[cancellable(ambient)]
async fn ambient() -> Option<u8> {
    yield_now().await;
    Context::current().value().copied()
}

#[crate::watched::test]
async fn inside_the_current_context_keeps_its_values_and_does_not_end() {
    let (ctx, canceller) = Context::background().with_value(7_u8).with_cancel();
    let run = ctx.run(async {
        let inside = ctx
            .shield(async {
                canceller.cancel();
                yield_now().await;
                (ambient().await, ctx.run(ready(1)).await.is_err(), Context::current().has_ended())
            })
            .await;
        assert!(Context::current().has_ended());
        inside
    });
    assert_eq!(run.await.unwrap(), (Some(7), true, false));
}

#[crate::watched::test]
async fn a_future_that_is_ready_at_once_is_ready_at_once() {
    let ctx = Context::background();
    assert_eq!(ctx.shield(ready(7)).await, 7);
    let (ctx, canceller) = ctx.with_cancel();
    canceller.cancel();
    assert_eq!(ctx.shield(async { 8 }).await, 8);
}

#[test]
fn a_shield_that_loses_a_select_is_over_at_once() {
    let (ctx, canceller) = Context::background().with_cancel();
    let census = Census::default();
    let (sender, receiver) = oneshot::channel();
    let (_, waker) = Wakes::new();
    let alive = census.enter();
    let mut run = pin!(ctx.run(async {
        tokio::select! {
            () = ctx.shield(async move { let _alive = alive; pending().await }) => {}
            _ = receiver => {}
        }
        pending::<()>().await;
    }));
    assert!(poll(run.as_mut(), &waker).is_pending());
    canceller.cancel();
    assert!(poll(run.as_mut(), &waker).is_pending(), "the shield is there");
    sender.send(()).unwrap();
    assert!(matches!(poll(run, &waker), Poll::Ready(Err(_))), "in the same poll");
    assert_eq!(census.alive(), 0);
}

#[test]
fn outside_of_all_calls_it_is_the_future_alone() {
    let (_, waker) = Wakes::new();
    let (ctx, _canceller): (Context, Canceller) = Context::background().with_cancel();
    let mut shield = pin!(ctx.shield(yield_now()));
    while poll(shield.as_mut(), &waker).is_pending() {}
    assert!(format!("{shield:?}").contains("is_active: false"));
}
