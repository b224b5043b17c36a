//! Deadlines on every kind of runtime.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use taskward::{Context, ContextError, with_timeout};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, advance, sleep};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

fn paused() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

fn two_threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_hook_of_a_deadline_that_panics_stops_no_timer() {
    let ctx = Context::background().with_timeout(10 * MS);
    let ran = Arc::new(AtomicUsize::new(0));
    let count = |ran: &Arc<AtomicUsize>| {
        let ran = ran.clone();
        move |_: ContextError| {
            ran.fetch_add(1, Ordering::SeqCst);
        }
    };
    let _before = ctx.on_cancel(count(&ran));
    let _panics = ctx.on_cancel(|_| panic!("a hook of the user's"));
    let _after = ctx.on_cancel(count(&ran));
    let start = Instant::now();
    sleep(SECOND).await;
    assert_eq!((start.elapsed(), ran.load(Ordering::SeqCst)), (SECOND, 2));
    sleep(SECOND).await;
    let later = Context::background().with_timeout(10 * MS);
    assert!(later.cancelled().await.is_deadline_exceeded(), "limits go on, too");
}

#[test]
fn a_hook_of_a_deadline_that_panics_leaves_a_runtime_with_threads_alone() {
    let runtime = two_threads();
    runtime.block_on(async {
        let ctx = Context::background().with_timeout(MS);
        let _hook = ctx.on_cancel(|_| panic!("a hook of the user's"));
        assert!(ctx.cancelled().await.is_deadline_exceeded());
        for _ in 0..3 {
            tokio::time::timeout(10 * SECOND, sleep(MS)).await.unwrap();
        }
    });
}

/// The hook runs on the runtime that it was registered in, even if another runtime notices the
/// deadline.
#[test]
fn a_hook_of_a_deadline_runs_in_a_task_of_its_runtime() {
    let (first, second) = (two_threads(), two_threads());
    let ctx = Context::background().with_timeout(20 * MS);
    let (seen, ran) = std::sync::mpsc::channel();
    let _hook = first.block_on(async {
        ctx.on_cancel(move |_| seen.send((tokio::runtime::Handle::current().id(), tokio::task::try_id())).unwrap())
    });
    second.block_on(ctx.cancelled());
    let (runtime, task) = ran.recv().unwrap();
    assert_eq!(runtime, first.handle().id());
    assert!(task.is_some());
}

#[test]
fn a_deadline_holds_in_each_runtime_independent_of_the_first() {
    // This runtime is alive but not driven.
    let idle = Builder::new_current_thread().enable_time().build().unwrap();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let ctx = Context::background().with_timeout(50 * MS);
    let mut first = Box::pin(ctx.cancelled());
    idle.block_on(async { assert!(futures::poll!(first.as_mut()).is_pending()) });
    let waited = runtime.block_on(async { tokio::time::timeout(10 * SECOND, ctx.run(pending::<()>())).await });
    assert!(waited.unwrap().unwrap_err().is_deadline_exceeded());
    // The waiter on that runtime is woken too, once it is driven.
    assert!(idle.block_on(first).is_deadline_exceeded());
}

/// One future, polled with the same waker on one runtime and then on another.
#[test]
fn a_limited_call_that_moves_to_another_runtime_takes_its_deadline_along() {
    #[with_timeout("50ms")]
    async fn limited() -> Result<(), ContextError> {
        pending().await
    }
    let idle = Builder::new_current_thread().enable_time().build().unwrap();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let mut call = Box::pin(limited());
    idle.block_on(async { assert!(futures::poll!(call.as_mut()).is_pending()) });
    let result = runtime.block_on(async { tokio::time::timeout(10 * SECOND, call).await });
    assert!(result.unwrap().unwrap_err().is_deadline_exceeded());
}

#[test]
fn a_wait_for_a_deadline_outside_of_a_runtime_panics_with_the_place_of_the_limit() {
    let line = line!() + 1;
    let ctx = Context::background().with_timeout(SECOND * 3600);
    let panic = catch_unwind(AssertUnwindSafe(|| futures::executor::block_on(ctx.run(pending::<()>())))).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("Tokio runtime"), "{text}");
    assert!(text.contains(&format!("timers.rs:{line}:")), "{text}");
    // Later waits still work.
    assert!(paused().block_on(ctx.cancelled()).is_deadline_exceeded());
}

#[test]
fn a_wait_in_a_runtime_without_timers_panics_and_leaves_nothing() {
    #[with_timeout("1h")]
    async fn limited() -> Result<(), ContextError> {
        pending().await
    }
    let without = Builder::new_current_thread().build().unwrap();
    let ctx = Context::background().with_timeout(SECOND * 3600);
    for _ in 0..2 {
        let panic = catch_unwind(AssertUnwindSafe(|| without.block_on(ctx.run(pending::<()>())))).unwrap_err();
        let text =
            panic.downcast_ref::<String>().map_or_else(|| *panic.downcast_ref::<&str>().unwrap(), String::as_str);
        assert!(text.contains("timers are disabled"), "{text}");
        assert!(catch_unwind(AssertUnwindSafe(|| without.block_on(limited()))).is_err());
    }
    paused().block_on(async {
        assert!(ctx.cancelled().await.is_deadline_exceeded());
        assert!(limited().await.is_err());
    });
}

#[test]
fn a_context_without_a_deadline_is_waited_for_without_a_runtime() {
    let (ctx, canceller) = Context::background().with_cancel();
    let waiting = std::thread::spawn(move || futures::executor::block_on(ctx.run(pending::<()>())));
    canceller.cancel();
    assert!(waiting.join().unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_does_not_jump_to_the_limit_of_a_call_that_is_over() {
    #[with_timeout("5s")]
    async fn limited() -> Result<(), ContextError> {
        tokio::task::yield_now().await;
        Ok(())
    }
    #[with_timeout("7s")]
    async fn below(ctx: &Context) -> Result<(), ContextError> {
        tokio::task::yield_now().await;
        ctx.check()
    }
    let start = Instant::now();
    limited().await.unwrap();
    below(&Context::background()).await.unwrap();
    drop(Context::background().with_timeout(9 * SECOND).run(tokio::task::yield_now()).await);
    // This wait uses no timer of Tokio: a stale timer would make the idle runtime advance its
    // clock.
    let thread = tokio::task::spawn_blocking(|| std::thread::park_timeout(20 * MS));
    thread.await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn limits_of_many_lengths_end_in_order_and_on_time() {
    let start = Instant::now();
    let lengths: Vec<u32> = (1..=200).map(|n| n * 37 % 101 + 1).collect();
    let calls = lengths.iter().map(|length| {
        let ctx = Context::background().with_timeout(*length * MS);
        async move {
            ctx.cancelled().await;
            (start.elapsed(), *length * MS)
        }
    });
    for (elapsed, limit) in futures::future::join_all(calls).await {
        assert_eq!(elapsed, limit);
    }
}

/// Registered in the reverse order of their deadlines, with equal limits.
#[tokio::test(start_paused = true)]
async fn deadlines_out_of_order_are_met() {
    let mut contexts = Vec::new();
    for _ in 0..100 {
        contexts.push(Context::background().with_timeout(SECOND));
        advance(MS).await;
    }
    let start = Instant::now();
    let tasks: Vec<_> = contexts
        .into_iter()
        .rev()
        .map(|ctx| {
            tokio::spawn(async move {
                let at = ctx.deadline().unwrap();
                ctx.cancelled().await;
                Instant::now() - at
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Duration::ZERO);
    }
    assert_eq!(start.elapsed(), 999 * MS);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_polled_again_after_its_limit_is_interrupted_before_its_body_is_polled() {
    #[with_timeout("1s")]
    async fn limited(polls: &AtomicUsize) -> Result<(), ContextError> {
        std::future::poll_fn(|_| {
            polls.fetch_add(1, Ordering::SeqCst);
            std::task::Poll::<()>::Pending
        })
        .await;
        Ok(())
    }
    let polls = AtomicUsize::new(0);
    let start = Instant::now();
    assert!(limited(&polls).await.is_err());
    assert_eq!((start.elapsed(), polls.load(Ordering::SeqCst)), (SECOND, 1));
}

#[test]
fn the_clock_of_a_limited_call_starts_at_its_first_poll() {
    #[with_timeout("5s")]
    async fn limited() -> Result<Duration, ContextError> {
        let start = Instant::now();
        advance(3 * SECOND).await;
        let _ = Context::current().sleep(SECOND * 60).await;
        Ok(start.elapsed())
    }
    #[with_timeout("5s")]
    async fn below(_ctx: &Context) -> Result<Duration, ContextError> {
        let start = Instant::now();
        advance(3 * SECOND).await;
        let _ = Context::current().sleep(SECOND * 60).await;
        Ok(start.elapsed())
    }
    paused().block_on(async {
        let start = Instant::now();
        let ctx = Context::background();
        let (call, with_context) = (limited(), below(&ctx));
        advance(SECOND).await;
        assert!(call.await.is_err());
        assert_eq!(start.elapsed(), 6 * SECOND);
        let start = Instant::now();
        assert!(with_context.await.is_err());
        assert_eq!(start.elapsed(), 5 * SECOND);
    });
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_polled_right_after_the_clock_has_moved_is_interrupted() {
    #[with_timeout("300ms")]
    async fn limited() -> Result<(), ContextError> {
        pending().await
    }
    #[with_timeout("300ms")]
    async fn below(_ctx: &Context) -> Result<(), ContextError> {
        pending().await
    }
    let ctx = Context::background().with_timeout(300 * MS);
    let mut calls: [futures::future::LocalBoxFuture<'_, Result<(), ContextError>>; 3] =
        [Box::pin(limited()), Box::pin(below(&ctx)), Box::pin(ctx.run(pending()))];
    for call in &mut calls {
        assert!(futures::poll!(call.as_mut()).is_pending());
    }
    advance(301 * MS).await;
    for call in &mut calls {
        assert!(matches!(futures::poll!(call.as_mut()), std::task::Poll::Ready(Err(_))));
    }
}

/// The hook locks a mutex that the checking thread holds.
#[test]
fn a_check_runs_no_user_code() {
    let ctx = Context::background().with_timeout(MS);
    let lock = Arc::new(std::sync::Mutex::new(()));
    let ran = Arc::new(AtomicBool::new(false));
    let hook = ctx.on_cancel({
        let (lock, ran) = (lock.clone(), ran.clone());
        move |_| {
            let _held = lock.lock();
            ran.store(true, Ordering::SeqCst);
        }
    });
    let held = lock.lock().unwrap();
    std::thread::park_timeout(5 * MS);
    while !ctx.has_ended() {
        std::thread::yield_now();
    }
    assert!(ctx.check().is_err() && ctx.cause().is_some());
    assert_eq!(format!("{ctx:?}"), "expired");
    let (child, canceller) = ctx.with_cancel();
    assert!(child.has_ended());
    assert!(!ran.load(Ordering::SeqCst));
    drop((held, canceller));
    assert!(hook.unregister(), "outside of a runtime a deadline calls no hook");
}

#[tokio::test(start_paused = true)]
async fn limits_at_the_edges_of_time_are_met() {
    let ctx = Context::background().with_timeout(Duration::MAX);
    assert_eq!(ctx.deadline(), None);
    assert!(ctx.sleep(MS).await.is_ok());
    let lingering = Context::background().with_timeout(Duration::ZERO).linger(Duration::MAX);
    assert!(!lingering.has_ended());
    let far = Context::background().with_timeout(Duration::from_secs(3600 * 24 * 365 * 30));
    assert!(far.sleep(MS).await.is_ok());
    let past = Context::background().with_deadline(Instant::now() - MS);
    assert!(past.cancelled().await.is_deadline_exceeded());
}

/// Each runtime is dropped while calls wait in it.
#[test]
fn many_short_lived_runtimes_leave_nothing_that_matters() {
    let ctx = Context::background().with_timeout(SECOND * 3600);
    for _ in 0..50 {
        let runtime = paused();
        let task = runtime.spawn({
            let ctx = ctx.clone();
            async move { ctx.run(pending::<()>()).await }
        });
        runtime.block_on(tokio::task::yield_now());
        drop(runtime);
        assert!(futures::executor::block_on(task).unwrap_err().is_cancelled());
    }
    assert!(paused().block_on(ctx.cancelled()).is_deadline_exceeded());
}
