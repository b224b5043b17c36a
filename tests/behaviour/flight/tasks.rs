//! A run that waits is a task of its own: its callers only wait for the result.

use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures::FutureExt;
use taskward::{Context, ContextError};
use tokio::runtime::Builder;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

use super::{Flights, flights};
use crate::support::{Census, Wakes, poll};

const SECOND: Duration = Duration::from_secs(1);

type Call<'a> = Pin<Box<dyn Future<Output = Result<u32, ContextError>> + 'a>>;

/// A run that is woken from outside.
#[derive(Clone, Default)]
struct Door(Arc<Mutex<(Option<Waker>, bool)>>);

impl Door {
    async fn wait(self) -> u32 {
        poll_fn(|task| {
            let (waker, is_open) = &mut *self.0.lock().unwrap();
            *waker = Some(task.waker().clone());
            if *is_open { Poll::Ready(1) } else { Poll::Pending }
        })
        .await
    }

    fn knock(&self) {
        let waker = self.0.lock().unwrap().0.take();
        waker.unwrap().wake();
    }

    fn open(&self) {
        self.0.lock().unwrap().1 = true;
        self.knock();
    }
}

fn call<'a>(flights: &'a Flights, ctx: &'a Context, door: &Door) -> Call<'a> {
    let door = door.clone();
    Box::pin(flights.run(ctx, 1, async move |_| door.wait().await))
}

async fn settle() {
    for _ in 0..5 {
        yield_now().await;
    }
}

#[crate::watched::test]
async fn callers_that_are_kept_without_being_polled_do_not_stop_the_run() {
    let (ctx, flights, door) = (Context::background(), flights(), Door::default());
    let mut kept: Vec<_> = (0..100).map(|_| call(&flights, &ctx, &door)).collect();
    for call in &mut kept {
        assert!(poll(call.as_mut(), Waker::noop()).is_pending());
    }
    let (mut polled, (wakes, waker)) = (call(&flights, &ctx, &door), Wakes::new());
    assert!(poll(polled.as_mut(), &waker).is_pending());
    settle().await;
    door.open();
    settle().await;
    assert_eq!(wakes.count(), 1);
    assert!(matches!(poll(polled.as_mut(), &waker), Poll::Ready(Ok(1))));
    for mut call in kept {
        assert!(matches!(poll(call.as_mut(), Waker::noop()), Poll::Ready(Ok(1))));
    }
    assert!(flights.is_empty());
}

#[crate::watched::test]
async fn a_wake_up_of_the_run_wakes_no_caller_and_its_end_wakes_all() {
    let (ctx, flights, door) = (Context::background(), flights(), Door::default());
    let mut calls: Vec<_> = (0..10).map(|_| (call(&flights, &ctx, &door), Wakes::new())).collect();
    for (call, (_, waker)) in &mut calls {
        assert!(poll(call.as_mut(), waker).is_pending());
    }
    settle().await;
    door.knock();
    settle().await;
    let mut woken: Vec<_> = calls.iter().map(|(_, (wakes, _))| wakes.count()).collect();
    assert_eq!(woken, [0; 10]);
    door.open();
    settle().await;
    woken = calls.iter().map(|(_, (wakes, _))| wakes.count()).collect();
    assert_eq!(woken, [1; 10]);
}

#[crate::watched::test]
async fn a_caller_that_moves_to_another_task_is_woken_there() {
    let (ctx, flights, door) = (Context::background(), flights(), Door::default());
    let ((old_wakes, old), (new_wakes, new)) = (Wakes::new(), Wakes::new());
    let mut only = call(&flights, &ctx, &door);
    assert!(poll(only.as_mut(), &old).is_pending());
    assert!(poll(only.as_mut(), &new).is_pending());
    settle().await;
    door.open();
    settle().await;
    assert_eq!((old_wakes.count(), new_wakes.count()), (0, 1));
    assert!(poll(only.as_mut(), &new).is_ready());
}

/// A caller's own end interrupts it, independent of the run.
#[crate::watched::test(start_paused = true)]
async fn a_cancelled_caller_returns_at_once_while_a_shield_in_the_run_holds() {
    let flights = flights::<u32>();
    let run = async |ctx: Context| {
        let begin = Instant::now();
        let result = flights.run(&ctx, 1, async |ctx: Context| {
            ctx.shield(sleep(5 * SECOND)).await;
            7
        });
        (result.await, begin.elapsed())
    };
    let first = run(Context::background().with_timeout(SECOND));
    let (first, second) = tokio::join!(first, run(Context::background()));
    assert_eq!((first.0.unwrap_err().is_deadline_exceeded(), first.1), (true, SECOND));
    assert_eq!((second.0.unwrap(), second.1), (7, 5 * SECOND));
}

#[crate::watched::test(start_paused = true)]
async fn a_shield_in_the_run_is_seen_through_when_the_last_caller_has_left() {
    let (flights, done, after) = (flights::<()>(), Arc::new(AtomicBool::new(false)), Census::default());
    let (flag, alive) = (done.clone(), after.clone());
    let ctx = Context::background().with_timeout(SECOND);
    let begin = Instant::now();
    let run = flights.run(&ctx, 1, async move |ctx: Context| {
        let _alive = alive.enter();
        ctx.shield(async {
            sleep(3 * SECOND).await;
            flag.store(true, SeqCst);
        })
        .await;
        pending::<()>().await;
    });
    assert!(run.await.is_err());
    assert_eq!((begin.elapsed(), flights.is_empty()), (SECOND, true), "the caller does not wait for the shield");
    assert_eq!(after.alive(), 1);
    sleep(SECOND).await;
    assert!(!done.load(SeqCst));
    sleep(2 * SECOND).await;
    assert!(done.load(SeqCst));
    assert_eq!(after.alive(), 0, "dropped after the shield");
}

/// The run sees its deadline even if no caller is polled.
#[crate::watched::test(start_paused = true)]
async fn calls_in_the_run_see_its_deadline_although_no_caller_is_polled() {
    let (flights, seen) = (flights::<u32>(), Arc::new(AtomicBool::new(false)));
    let (flag, ctx) = (seen.clone(), Context::background().with_timeout(SECOND));
    let mut kept = Box::pin(flights.run(&ctx, 1, async move |ctx: Context| {
        let ended = ctx.run(pending::<()>()).await;
        flag.store(ended.unwrap_err().is_deadline_exceeded(), SeqCst);
        3
    }));
    assert!(poll(kept.as_mut(), Waker::noop()).is_pending());
    sleep(2 * SECOND).await;
    assert!(seen.load(SeqCst));
    assert!(kept.await.unwrap_err().is_deadline_exceeded(), "an ended context wins over a result");
}

#[test]
fn a_run_that_waits_outside_of_a_runtime_panics_with_a_clear_message() {
    let (ctx, flights) = (Context::background(), flights::<u32>());
    let mut call = Box::pin(flights.run(&ctx, 1, async |_| pending().await));
    let payload = catch_unwind(AssertUnwindSafe(|| poll(call.as_mut(), Waker::noop()))).unwrap_err();
    let message = payload.downcast_ref::<String>().cloned().unwrap_or_default();
    assert_eq!(message, "the run of a single flight has to wait, which needs a Tokio runtime");
    assert!(flights.is_empty());
    let mut ready = Box::pin(flights.run(&ctx, 1, async |_| 1));
    assert!(matches!(poll(ready.as_mut(), Waker::noop()), Poll::Ready(Ok(1))), "a run that is ready needs none");
}

#[test]
fn callers_do_not_hang_when_the_runtime_of_the_run_is_shut_down() {
    let runtime = || Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let (first, second) = (runtime(), runtime());
    let (ctx, flights, census) = (Context::background(), flights::<u32>(), Census::default());
    let alive = census.clone();
    let mut starts = Box::pin(flights.run(&ctx, 1, async move |_| {
        let _alive = alive.enter();
        pending().await
    }));
    first.block_on(async { assert!(futures::poll!(starts.as_mut()).is_pending()) });
    let mut joins = Box::pin(flights.run(&ctx, 1, async |_| 2));
    second.block_on(async { assert!(futures::poll!(joins.as_mut()).is_pending()) });
    drop(first);
    assert_eq!(census.alive(), 0);
    let payload = second.block_on(async { timeout(SECOND, AssertUnwindSafe(joins).catch_unwind()).await });
    let payload = payload.expect("it hangs").unwrap_err();
    assert!(payload.downcast_ref::<String>().unwrap().contains("its runtime was shut down"));
    drop(starts);
    assert_eq!(second.block_on(flights.run(&ctx, 1, async |_| 3)).unwrap(), 3, "the next call starts a new run");
}

/// Callers that are cancelled while another thread polls the run leave no reference behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_computes_sees_at_once_that_its_last_caller_has_left() {
    let (flights, census) = (flights::<()>(), Census::default());
    let (ctx, canceller) = Context::background().with_cancel();
    let (alive, begun) = (census.clone(), Arc::new(AtomicBool::new(false)));
    let has_begun = begun.clone();
    let call = tokio::spawn({
        let flights = flights.clone();
        async move {
            let run = flights.run(&ctx, 1, async move |ctx: Context| {
                let _alive = alive.enter();
                yield_now().await;
                begun.store(true, SeqCst);
                while !ctx.has_ended() {
                    std::thread::yield_now();
                }
            });
            run.await
        }
    });
    while !has_begun.load(SeqCst) {
        yield_now().await;
    }
    canceller.cancel();
    assert!(call.await.unwrap().is_err());
    let gone = async {
        while census.alive() > 0 {
            yield_now().await;
        }
    };
    timeout(60 * SECOND, gone).await.expect("the run goes on");
    assert!(flights.is_empty());
}

#[cfg(feature = "tracing")]
#[crate::watched::test]
async fn the_run_keeps_the_span_of_the_call_that_started_it() {
    use tracing::Instrument;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    let _default = tracing_subscriber::registry().with(tracing_subscriber::layer::Identity::new()).set_default();
    let span = tracing::info_span!("request");
    let id = span.id();
    let call = async {
        let run = async |_| {
            let before = tracing::Span::current().id();
            yield_now().await;
            [before, tracing::Span::current().id()]
        };
        flights().run(&Context::background(), 1, run).await.unwrap()
    };
    assert!(id.is_some());
    assert_eq!(call.instrument(span).await, [id.clone(), id]);
}
