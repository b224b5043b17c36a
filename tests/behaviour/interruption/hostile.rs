//! Edge cases of shields and graces.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures::FutureExt;
use taskward::{Context, ContextError, cancellable, with_timeout};
use tokio::runtime::Builder;
use tokio::task::yield_now;

use crate::support::{Census, Wakes, poll};

type Result<T> = std::result::Result<T, ContextError>;

#[crate::watched::test]
async fn a_panic_in_a_shield_goes_to_the_caller_and_the_next_call_is_interrupted_as_ever() {
    let (ctx, canceller) = Context::background().with_cancel();
    let run = AssertUnwindSafe(ctx.run(async {
        ctx.shield(async {
            canceller.cancel();
            yield_now().await;
            panic!("on purpose");
        })
        .await;
    }));
    let panic = run.catch_unwind().await.unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"on purpose"));
    assert!(!Context::current().has_ended());
    assert!(ctx.run(pending::<()>()).await.is_err());
}

#[test]
fn a_shield_that_has_panicked_holds_up_nothing_once_it_is_dropped() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (_, waker) = Wakes::new();
    let mut run = pin!(ctx.run(async {
        let mut polls = 0;
        let shield = ctx.shield(poll_fn(|_| {
            polls += 1;
            assert!(polls < 2, "on purpose");
            Poll::<()>::Pending
        }));
        AssertUnwindSafe(shield).catch_unwind().await.unwrap_err();
        pending::<()>().await;
    }));
    assert!(poll(run.as_mut(), &waker).is_pending());
    canceller.cancel();
    assert!(poll(run, &waker).is_ready());
}

#[test]
fn a_poll_with_another_waker_is_that_of_another_task() {
    let (ctx, canceller) = Context::background().with_cancel();
    let ((_, first), (wakes, second)) = (Wakes::new(), Wakes::new());
    let open = Cell::new(false);
    let mut run = Box::pin(ctx.run(async {
        ctx.shield(poll_fn(|_| if open.get() { Poll::Ready(()) } else { Poll::Pending })).await;
        pending::<()>().await;
    }));
    for waker in [&first, &second, &first, &second] {
        assert!(poll(run.as_mut(), waker).is_pending());
    }
    canceller.cancel();
    assert_eq!(wakes.count(), 1);
    for waker in [&first, &second] {
        assert!(poll(run.as_mut(), waker).is_pending());
    }
    open.set(true);
    assert!(poll(run.as_mut(), &second).is_ready());
}

/// The state of one task must not be counted for the other.
#[test]
fn two_tasks_on_one_thread_know_nothing_of_each_other() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (_, waker) = Wakes::new();
    let mut shield = pin!(ctx.shield(pending::<()>()));
    // A call that is ready leaves a shield that lives on.
    for _ in 0..100 {
        let mut ready = pin!(ctx.run(async { futures::poll!(shield.as_mut()).is_pending() }));
        assert!(matches!(poll(ready.as_mut(), &waker), Poll::Ready(Ok(true))));
    }
    let mut other = pin!(ctx.run(async {
        ctx.shield(yield_now()).await;
        pending::<()>().await;
    }));
    assert!(poll(other.as_mut(), &waker).is_pending());
    canceller.cancel();
    while poll(other.as_mut(), &waker).is_pending() {}
    assert!(poll(shield, &waker).is_pending());
}

#[cancellable]
async fn adds(ctx: &Context, sums: &[AtomicUsize; 2]) -> Result<()> {
    loop {
        ctx.shield(async {
            sums[0].fetch_add(1, Ordering::Relaxed);
            yield_now().await;
            sums[1].fetch_add(1, Ordering::Relaxed);
        })
        .await;
        yield_now().await;
    }
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancelled_from_other_threads_a_shield_is_still_whole() {
    let sums = Arc::new([const { AtomicUsize::new(0) }; 2]);
    for round in 0..200 {
        let (ctx, canceller) = Context::background().with_cancel();
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (ctx, sums) = (ctx.clone(), sums.clone());
                tokio::spawn(async move { adds(&ctx, &sums).await })
            })
            .collect();
        for _ in 0..round % 7 {
            yield_now().await;
        }
        canceller.cancel();
        for task in tasks {
            assert!(task.await.unwrap().is_err());
        }
        assert_eq!(sums[0].load(Ordering::Relaxed), sums[1].load(Ordering::Relaxed));
    }
}

#[with_timeout("1h")]
#[cancellable(grace = "1h")]
async fn cleans(ctx: &Context, cleaned: &AtomicUsize) -> Result<()> {
    let why = ctx.cancelled().await;
    yield_now().await;
    cleaned.fetch_add(1, Ordering::Relaxed);
    Err(why)
}

#[cancellable]
async fn calls_it(ctx: &Context, cleaned: &AtomicUsize) -> Result<()> {
    cleans(ctx, cleaned).await
}

/// The caller's context ends before that of the call: in between, the caller must not drop the
/// call.
#[crate::watched::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancelled_from_another_thread_every_call_has_its_grace() {
    for round in 0..60 {
        let cleaned = Arc::new(AtomicUsize::new(0));
        let (ctx, canceller) = Context::background().with_cancel();
        let started = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (ctx, cleaned, started) = (ctx.clone(), cleaned.clone(), started.clone());
                tokio::spawn(async move {
                    let call = calls_it(&ctx, &cleaned);
                    let mut call = pin!(call);
                    let mut first = true;
                    // Polled in a busy loop, to hit the window.
                    poll_fn(|task| {
                        let polled = call.as_mut().poll(task);
                        started.fetch_add(usize::from(std::mem::take(&mut first)), Ordering::Relaxed);
                        if round % 2 == 0 {
                            task.waker().wake_by_ref();
                        }
                        polled
                    })
                    .await
                })
            })
            .collect();
        while started.load(Ordering::Relaxed) < 4 {
            yield_now().await;
        }
        let canceller = std::thread::spawn(move || canceller.cancel());
        for task in tasks {
            assert!(task.await.unwrap().is_err());
        }
        canceller.join().unwrap();
        assert_eq!(cleaned.load(Ordering::Relaxed), 4, "in round {round}");
    }
}

#[cancellable(grace = grace)]
async fn hangs(ctx: &Context, grace: Duration, census: &Census) -> Result<()> {
    let _alive = census.enter();
    pending().await
}

const HOUR: Duration = Duration::from_secs(3600);

/// Tokio panics if a timer is made on this runtime. The clean-up goes on, and is ended at one of
/// its own wake-ups.
#[test]
fn without_timers_the_grace_is_looked_at_when_the_body_is_woken() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let census = Census::default();
    let (wakes, waker) = Wakes::new();
    let (ctx, canceller) = Context::background().with_cancel();
    let graces = [HOUR, Duration::from_nanos(1), HOUR, Duration::from_nanos(1)];
    let mut calls = graces.map(|grace| Box::pin(hangs(&ctx, grace, &census)));
    let mut poll_all = || {
        let (inside, outside) = calls.split_at_mut(2);
        let guard = runtime.enter();
        let inside: Vec<_> = inside.iter_mut().map(|call| poll(call.as_mut(), &waker).is_ready()).collect();
        drop(guard);
        let outside: Vec<_> = outside.iter_mut().map(|call| poll(call.as_mut(), &waker).is_ready()).collect();
        assert_eq!(inside, outside);
        inside
    };
    assert_eq!(poll_all(), [false, false]);
    canceller.cancel();
    assert_eq!(wakes.count(), 4);
    // The clock starts when it is first read, and has advanced by the second read.
    while poll_all() != [false, true] {
        assert_eq!(wakes.count(), 4);
    }
    assert_eq!(census.alive(), 2);
}

/// Inside an enclosing call with the same context, which would not wake the body.
#[crate::watched::test(start_paused = true)]
async fn a_body_that_computes_until_its_grace_is_over_is_dropped() {
    #[cancellable(grace = "2s")]
    async fn computes(ctx: &Context) -> Result<()> {
        assert!(ctx.run(pending::<()>()).await.is_err());
        let mut time_passes = pin!(tokio::time::advance(HOUR));
        assert!(futures::poll!(time_passes.as_mut()).is_pending());
        pending().await
    }
    let (ctx, canceller) = Context::background().with_cancel();
    let run = async { ctx.run(computes(&ctx)).await? };
    let (result, ()) = tokio::join!(run, async {
        yield_now().await;
        canceller.cancel();
    });
    assert!(result.is_err());
}

#[test]
fn dropped_in_the_midst_of_its_grace_it_leaves_nothing_behind() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let census = Census::default();
    runtime.block_on(async {
        let (ctx, canceller) = Context::background().with_cancel();
        let mut call = Box::pin(hangs(&ctx, HOUR, &census));
        assert!(futures::poll!(call.as_mut()).is_pending());
        canceller.cancel();
        assert!(futures::poll!(call.as_mut()).is_pending());
        assert_eq!(census.alive(), 1);
        drop(call);
        assert_eq!(census.alive(), 0);
    });
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[crate::watched::test]
async fn futures_stay_send_and_have_no_tie_to_the_context() {
    let shield = {
        let ctx = Context::background();
        is_send(ctx.shield(async { 7 }))
    };
    assert_eq!(tokio::spawn(shield).await.unwrap(), 7);
    let (ctx, census) = (Context::background().with_timeout(Duration::from_millis(1)), Census::default());
    assert!(is_send(hangs(&ctx, Duration::from_millis(1), &census)).await.is_err());
}
