//! A shield protects its future and the calls around it, and nothing else.

use std::cell::Cell;
use std::future::pending;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{join_all, select, select_all};
use futures::stream::FuturesUnordered;
use taskward::{Context, ContextError, cancellable, with_timeout};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::each::cancel_at_each_suspension;
use crate::support::{Census, Wakes, poll};

type Result<T> = std::result::Result<T, ContextError>;

const SECOND: Duration = Duration::from_secs(1);

#[cancellable]
async fn shielded(ctx: &Context, time: Duration) -> Result<Duration> {
    let start = Instant::now();
    ctx.shield(sleep(time)).await;
    Ok(start.elapsed())
}

/// Records when it was interrupted.
#[cancellable]
async fn waits(ctx: &Context, ended: &Cell<Option<Instant>>) -> Result<()> {
    taskward::defer! { ended.set(Some(Instant::now())) }
    pending().await
}

#[cancellable]
async fn joins(ctx: &Context, ended: &Cell<Option<Instant>>) -> Result<(Result<Duration>, Result<()>)> {
    Ok(tokio::join!(shielded(ctx, 3 * SECOND), waits(ctx, ended)))
}

#[crate::watched::test(start_paused = true)]
async fn of_two_joined_calls_only_the_one_in_a_shield_is_spared() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (start, ended) = (Instant::now(), Cell::new(None));
    let (result, ()) = tokio::join!(joins(&ctx, &ended), async {
        sleep(SECOND).await;
        canceller.cancel();
    });
    let (spared, interrupted) = result.unwrap();
    assert_eq!(spared.unwrap(), 3 * SECOND);
    assert!(interrupted.is_err());
    assert_eq!(ended.get().unwrap() - start, SECOND);
}

#[with_timeout("1s")]
async fn joins_within_a_limit(ended: &Cell<Option<Instant>>) -> Result<(Result<Duration>, Result<()>)> {
    let ctx = Context::current();
    Ok(futures::join!(shielded(&ctx, 3 * SECOND), waits(&ctx, ended)))
}

#[crate::watched::test(start_paused = true)]
async fn the_same_within_a_time_limit() {
    let (start, ended) = (Instant::now(), Cell::new(None));
    let (spared, interrupted) = joins_within_a_limit(&ended).await.unwrap();
    assert_eq!(spared.unwrap(), 3 * SECOND);
    assert!(interrupted.unwrap_err().is_deadline_exceeded());
    assert_eq!(ended.get().unwrap() - start, SECOND);
}

/// The combinator does not poll every child each time, and has its own wakers.
#[crate::watched::test(start_paused = true)]
async fn among_futures_unordered_each_is_spared_or_not_on_its_own() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (start, ended) = (Instant::now(), Cell::new(None));
    let run = ctx.run(async {
        let shields: FuturesUnordered<_> =
            (1..=50).map(|n| async move { Context::current().shield(sleep(n * SECOND)).await }).collect();
        let (shields, interrupted) = tokio::join!(shields.count(), waits(&ctx, &ended));
        assert!(interrupted.is_err());
        shields
    });
    let (result, ()) = tokio::join!(run, async {
        sleep(SECOND / 2).await;
        canceller.cancel();
    });
    assert_eq!(result.unwrap(), 50);
    assert_eq!(start.elapsed(), 50 * SECOND);
    assert_eq!(ended.get().unwrap() - start, SECOND / 2);
}

#[crate::watched::test(start_paused = true)]
async fn among_many_joined_calls_too() {
    let (ctx, canceller) = Context::background().with_cancel();
    let start = Instant::now();
    let calls = (0..100).map(|n| {
        let ctx = ctx.clone();
        async move { if n % 2 == 0 { shielded(&ctx, n * SECOND).await } else { ctx.run(pending()).await } }
    });
    let run = ctx.run(join_all(calls));
    let (results, ()) = tokio::join!(run, async {
        yield_now().await;
        canceller.cancel();
    });
    let results = results.unwrap();
    assert!(results.iter().enumerate().all(|(n, result)| result.is_ok() == (n % 2 == 0)));
    assert_eq!(start.elapsed(), 98 * SECOND);
}

#[crate::watched::test]
async fn at_whichever_suspension_joined_shields_run_whole_or_not_at_all() {
    let done = [const { Cell::new(0) }; 3];
    let steps = async |n: usize| {
        for _ in 0..=n {
            yield_now().await;
            done[n].set(done[n].get() + 1);
        }
    };
    let steps = &steps;
    let total = cancel_at_each_suspension(
        |ctx| {
            for done in &done {
                done.set(0);
            }
            async move {
                ctx.run(async {
                    let step = async |n| {
                        yield_now().await;
                        ctx.shield(steps(n)).await;
                        yield_now().await;
                    };
                    tokio::join!(step(0), async {
                        select(pin!(step(1)), pin!(ctx.run(pending::<()>()))).await;
                        yield_now().await;
                    });
                    select_all([Box::pin(step(2))]).await;
                })
                .await
            }
        },
        |_| {
            for (n, done) in done.iter().enumerate() {
                // A branch of `select` loses to the interruption of the other branch.
                assert!(n == 1 || done.get() == 0 || done.get() == n + 1, "{n}: {}", done.get());
            }
        },
    )
    .await;
    assert!(total > 6, "{total}");
}

#[test]
fn a_shield_that_moves_between_polls_holds_up_the_calls_that_it_is_in() {
    let census = Census::default();
    let (ctx, canceller) = Context::background().with_cancel();
    let (_, waker) = Wakes::new();
    let mut shield = Box::pin(ctx.shield(pending::<()>()));
    {
        let alive = census.enter();
        let mut first = pin!(ctx.run(async {
            let _alive = alive;
            shield.as_mut().await;
        }));
        assert!(poll(first.as_mut(), &waker).is_pending());
    }
    assert_eq!(census.alive(), 0);
    let mut second = Box::pin(ctx.run(async move {
        shield.await;
    }));
    assert!(poll(second.as_mut(), &waker).is_pending());
    canceller.cancel();
    assert!(poll(second.as_mut(), &waker).is_pending());
    drop(second);
}

#[test]
fn a_call_is_woken_when_the_shield_that_holds_it_up_ends_elsewhere() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (wakes, waker) = Wakes::new();
    let shield = Cell::new(Some(Box::pin(ctx.shield(pending::<()>()))));
    let mut run = pin!(ctx.run(async {
        let mut own = shield.take().unwrap();
        assert!(futures::poll!(own.as_mut()).is_pending());
        shield.set(Some(own));
        pending::<()>().await;
    }));
    assert!(poll(run.as_mut(), &waker).is_pending());
    canceller.cancel();
    assert!(poll(run.as_mut(), &waker).is_pending());
    let before = wakes.count();
    drop(shield.take());
    assert_eq!(wakes.count(), before + 1);
    assert!(matches!(poll(run, &waker), Poll::Ready(Err(_))));
}

/// A context that attributes do not recognise.
struct Hidden<'c>(&'c Context);

#[with_timeout("1h")]
async fn waits_in_a_limit(ctx: Hidden<'_>, ended: &Cell<Option<Instant>>) -> Result<()> {
    waits(ctx.0, ended).await
}

/// A limit and a combinator are between the two calls: the combinator's waker wakes the inner one.
#[cancellable]
async fn joins_in_a_combinator(ctx: &Context, ended: &Cell<Option<Instant>>) -> Result<Result<Duration>> {
    let others: FuturesUnordered<_> = [waits_in_a_limit(Hidden(ctx), ended)].into_iter().collect();
    Ok(tokio::join!(shielded(ctx, 3 * SECOND), others.collect::<Vec<_>>()).0)
}

#[crate::watched::test(start_paused = true)]
async fn a_call_below_a_combinator_is_interrupted_beside_a_shield() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (start, ended) = (Instant::now(), Cell::new(None));
    let (result, ()) = tokio::join!(joins_in_a_combinator(&ctx, &ended), async {
        sleep(SECOND).await;
        canceller.cancel();
    });
    assert_eq!(result.unwrap().unwrap(), 3 * SECOND);
    assert_eq!(ended.get().unwrap() - start, SECOND);
}
