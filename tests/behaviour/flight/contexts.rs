//! The contexts of callers and runs, and their ends.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use taskward::{Context, ContextError, SingleFlight, TaskGroup};
use tokio::join;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use super::{Runs, flights};
use crate::support::Census;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_caller_gets_its_own_error_at_its_own_end_and_the_others_the_result() {
    let flights = flights();
    let run = |ctx: Context| {
        let flights = flights.clone();
        async move {
            let before = Instant::now();
            let result = flights.run(&ctx, 1, async |_| {
                sleep(5 * SECOND).await;
                1
            });
            (result.await, before.elapsed())
        }
    };
    let (cancelled, canceller) = Context::background().with_cancel();
    let cancel = async {
        sleep(2 * SECOND).await;
        canceller.cancel_with("the user went away");
    };
    let first = run(Context::background().with_timeout(SECOND));
    let (first, second, third, ()) = join!(first, run(cancelled), run(Context::background()), cancel);
    assert_eq!(first.0.unwrap_err().to_string(), "deadline exceeded: the time limit of 1s passed");
    assert_eq!(second.0.unwrap_err().to_string(), "cancelled: the user went away");
    assert_eq!((first.1, second.1, third.1), (SECOND, 2 * SECOND, 5 * SECOND));
    assert_eq!(third.0.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_has_ended_starts_nothing() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    let (flights, runs) = (flights(), Runs::default());
    let begin = runs.clone();
    assert!(flights.run(&ctx, 1, async move |_| begin.begin()).await.is_err());
    assert_eq!((runs.count(), flights.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_run_has_the_values_of_the_first_caller_and_not_its_cancellation() {
    let flights = flights::<Result<u32, ContextError>>();
    let run = |ctx: Context| {
        let flights = flights.clone();
        async move {
            let result = flights.run(&ctx, 1, async |ctx| {
                sleep(2 * SECOND).await;
                ctx.check()?;
                assert_eq!(Context::current().value(), Some(&7_u32), "the current one is the run's");
                Ok(*ctx.value::<u32>().unwrap())
            });
            result.await
        }
    };
    let (first, canceller) = Context::background().with_value(7_u32).with_cancel();
    let cancel = async {
        sleep(SECOND).await;
        canceller.cancel();
    };
    let (first, second, ()) = join!(run(first), run(Context::background().with_value(8_u32)), cancel);
    assert!(first.unwrap_err().is_cancelled());
    assert_eq!(second.unwrap().unwrap(), 7);
}

#[tokio::test(start_paused = true)]
async fn the_context_of_the_run_ends_with_the_last_caller_and_says_why() {
    let flights = flights::<()>();
    let (out, ended) = oneshot::channel();
    let ctx = Context::background().with_timeout(SECOND);
    let run = flights.run(&ctx, 1, async move |ctx| {
        tokio::spawn(async move { drop(out.send(ctx.cancelled().await)) });
        pending::<()>().await;
    });
    assert!(run.await.is_err());
    assert_eq!(ended.await.unwrap().to_string(), "deadline exceeded: the time limit of 1s passed");
}

#[tokio::test(start_paused = true)]
async fn the_context_of_the_run_ends_with_the_run() {
    let flights = flights();
    let ctx = flights.run(&Context::background(), 1, async |ctx| ctx.with_value(1)).await.unwrap();
    assert!(ctx.has_ended());
}

#[tokio::test(start_paused = true)]
async fn tasks_of_the_run_end_with_its_last_caller() {
    let (flights, census) = (flights::<()>(), Census::default());
    let ctx = Context::background().with_timeout(SECOND);
    let alive = census.clone();
    let run = flights.run(&ctx, 1, async move |ctx| {
        let group = TaskGroup::<()>::new(&ctx);
        for _ in 0..3 {
            let alive = alive.enter();
            _ = group.spawn(async move |ctx| {
                let _alive = alive;
                ctx.cancelled().await;
            });
        }
        group.join().await;
    });
    _ = run.await;
    sleep(SECOND).await;
    assert_eq!(census.alive(), 0);
}

/// Contexts that were derived before a caller joins live on with the run.
#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_run_is_the_latest_of_its_callers() {
    let flights = flights();
    let run = |ctx: Context| {
        let flights = flights.clone();
        async move {
            let result = flights.run(&ctx, 1, async |ctx| {
                let begin = Instant::now();
                let derived = ctx.with_timeout(60 * SECOND);
                let mut deadlines = vec![ctx.deadline(), derived.deadline()];
                sleep(SECOND).await;
                deadlines.extend([ctx.deadline(), derived.deadline()]);
                derived.run(sleep(2 * SECOND)).await.unwrap();
                deadlines.extend([ctx.deadline(), derived.deadline()]);
                deadlines.into_iter().map(|at| at.map(|at| at - begin)).collect::<Vec<_>>()
            });
            result.await
        }
    };
    let begin = Instant::now();
    let longer = async {
        sleep(SECOND / 2).await;
        run(Context::background().with_deadline(begin + 10 * SECOND)).await
    };
    let for_ever = async {
        sleep(SECOND * 2).await;
        run(Context::background()).await
    };
    let short = run(Context::background().with_deadline(begin + SECOND * 2));
    let shorter = run(Context::background().with_deadline(begin + SECOND));
    let (short, shorter, longer, for_ever) = join!(short, shorter, longer, for_ever);
    assert!(short.is_err() && shorter.is_err());
    let deadlines = longer.unwrap();
    assert_eq!(deadlines, for_ever.unwrap());
    let (two, ten, sixty) = (Some(2 * SECOND), Some(10 * SECOND), Some(60 * SECOND));
    assert_eq!(deadlines, [two, two, ten, ten, None, sixty]);
}

/// A body that keeps its thread busy still sees the deadline.
#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_counts_before_the_caller_is_polled() {
    let flights = flights();
    let ctx = Context::background().with_timeout(SECOND);
    let mut run = Box::pin(flights.run(&ctx, 1, async |ctx| {
        let derived = ctx.with_value(1).with_cancel();
        tokio::time::advance(2 * SECOND).await;
        assert_eq!(ctx.check().unwrap_err().to_string(), "deadline exceeded: the time limit of 1s passed");
        assert!(derived.0.check().unwrap_err().is_deadline_exceeded());
        assert!(ctx.deadline().is_none() || ctx.has_ended());
        1
    }));
    assert!(run.as_mut().await.unwrap_err().is_deadline_exceeded());
}

#[tokio::test(start_paused = true)]
async fn a_call_after_all_deadlines_have_passed_starts_a_new_run() {
    let (flights, runs) = (flights(), Runs::default());
    let ctx = Context::background().with_timeout(SECOND);
    let begin = runs.clone();
    let mut late = Box::pin(flights.run(&ctx, 1, async move |ctx: Context| {
        let number = begin.begin();
        sleep(2 * SECOND).await;
        drop(ctx.check());
        number
    }));
    assert!(futures::poll!(late.as_mut()).is_pending());
    tokio::time::advance(2 * SECOND).await;
    let begin = runs.clone();
    // The first caller has not been polled since; joining its run extends the deadline.
    let joined = flights.run(&Context::background(), 1, async move |_| begin.begin()).await.unwrap();
    assert!(joined == 1 || joined == 2);
    assert!(late.await.unwrap_err().is_deadline_exceeded());
}

#[tokio::test(start_paused = true)]
async fn the_cause_reaches_a_task_of_the_run() {
    let flights = flights::<()>();
    let (ctx, canceller) = Context::background().with_cancel();
    let (out, ended) = oneshot::channel();
    let run = flights.run(&ctx, 1, async move |ctx| {
        tokio::spawn(async move { drop(out.send(ctx.cancelled().await)) });
        pending::<()>().await;
    });
    let (result, ()) = join!(run, async { canceller.cancel_with("shutting down") });
    assert!(result.is_err());
    let why = ended.await.unwrap();
    assert_eq!(why.to_string(), "cancelled: shutting down");
}

/// A nested flight belongs to the outer run, whose callers may change.
#[tokio::test(start_paused = true)]
async fn a_flight_inside_of_a_flight_does_not_end_with_the_first_caller_of_the_outer_one() {
    let (outer, inner) = (flights::<u32>(), flights::<u32>());
    let run = |ctx: Context| {
        let (outer, inner) = (outer.clone(), inner.clone());
        async move {
            let result = outer.run(&ctx, 1, async move |ctx| {
                let inner_run = inner.run(&ctx, 1, async |ctx| {
                    for _ in 0..5 {
                        sleep(SECOND).await;
                        ctx.check().unwrap();
                    }
                    1
                });
                inner_run.await.unwrap()
            });
            result.await
        }
    };
    let (first, second) =
        join!(run(Context::background().with_timeout(SECOND)), run(Context::background().with_timeout(9 * SECOND)));
    assert!(first.is_err());
    assert_eq!(second.unwrap(), 1);
}

/// A thread reuses memory of its last run, which must not be observable.
#[tokio::test(start_paused = true)]
async fn a_run_has_nothing_of_the_deadlines_of_the_runs_before() {
    let (flights, begin) = (flights(), Instant::now());
    let until = |seconds: Option<u32>| match seconds {
        Some(seconds) => Context::background().with_deadline(begin + SECOND * seconds),
        None => Context::background(),
    };
    let seen = async |seconds| {
        let (mut seen, ctx) = (None, until(seconds));
        let run = flights.run(&ctx, 1, |ctx| {
            let (child, _canceller) = ctx.with_value(1).with_cancel();
            seen = Some((ctx.deadline(), child.deadline(), ctx.check().is_ok() && child.check().is_ok()));
            async { 1 }
        });
        run.await.unwrap();
        seen.unwrap()
    };
    for seconds in [None, Some(5), Some(3), None, None, Some(7)] {
        let at = seconds.map(|seconds| begin + SECOND * seconds);
        assert_eq!(seen(seconds).await, (at, at, true), "{seconds:?}");
    }
    // A run that goes on, and whose deadline is extended.
    let goes_on = async move |ctx: Context| {
        sleep(2 * SECOND).await;
        assert_eq!(ctx.deadline(), Some(begin + SECOND * 9));
        sleep(2 * SECOND).await;
        2
    };
    let (short, long) = (until(Some(3)), until(Some(9)));
    let (short, long) = join!(flights.run(&short, 1, goes_on), flights.run(&long, 1, goes_on));
    assert!(short.unwrap_err().is_deadline_exceeded());
    assert_eq!(long.unwrap(), 2);
    assert_eq!(seen(None).await, (None, None, true));
    assert_eq!(seen(Some(5)).await, (Some(begin + SECOND * 5), Some(begin + SECOND * 5), true));
}

/// A thread reuses memory of its last run, which must not keep anything of it alive.
#[tokio::test]
async fn a_run_that_is_ready_at_once_leaves_no_value_and_no_part_of_its_future() {
    async fn value_of(ctx: Context, _part: Arc<()>) -> Option<u32> {
        ctx.value::<Arc<u32>>().map(|value| **value)
    }
    let (flights, value, part) = (flights(), Arc::new(1_u32), Arc::new(()));
    for _ in 0..3 {
        for with_value in [true, false] {
            let ctx = Context::background();
            let ctx = if with_value { ctx.with_value(value.clone()) } else { ctx };
            let seen = flights.run(&ctx, 1, |ctx| value_of(ctx, part.clone())).await.unwrap();
            assert_eq!(seen, with_value.then_some(1));
            drop(ctx);
            assert_eq!((Arc::strong_count(&value), Arc::strong_count(&part)), (1, 1));
        }
    }
}

/// Calls inside the first poll of a run, and of a run of its type.
#[tokio::test]
async fn runs_of_one_type_may_be_nested_and_each_has_its_own_context() {
    fn nested(flights: &Arc<SingleFlight<u32, u32>>, depth: u32) -> Pin<Box<dyn Future<Output = u32> + Send + '_>> {
        let again = flights.clone();
        let ctx = Context::background().with_value(depth);
        Box::pin(async move {
            let run = flights.run(&ctx, depth, async move |ctx| {
                let below = if depth == 0 { 0 } else { nested(&again, depth - 1).await };
                assert_eq!(ctx.value(), Some(&depth));
                below + 1
            });
            run.await.unwrap()
        })
    }
    let flights = flights();
    for _ in 0..3 {
        assert_eq!(nested(&flights, 5).await, 6);
    }
    assert!(flights.is_empty());
}
