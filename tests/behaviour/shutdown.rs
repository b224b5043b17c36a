//! `Shutdown` without signals. The test `shutdown`, which starts processes, covers signals.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use taskward::{Context, Shutdown, Stopped, TaskGroup};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Barrier;
use tokio::time::Instant;

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

fn panic_of(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap()
}

#[test]
fn the_body_is_run_and_its_output_returned() {
    let stopped: Stopped<u8> = Shutdown::new().block_on(current_thread(), |_| async { 7 });
    assert_eq!((stopped.signal(), stopped.output()), (None, Some(&7)));
    assert_eq!(stopped.into_output(), Some(7));
}

#[tokio::test]
async fn the_context_is_the_current_one_in_the_body_and_ends_with_it() {
    let run = Shutdown::new().run(|ctx| async move { (Context::current(), ctx) });
    let (current, ctx) = run.await.into_output().unwrap();
    for ctx in [current, ctx] {
        assert_eq!(ctx.check().unwrap_err().to_string(), "cancelled: the main function has returned");
    }
}

#[tokio::test]
async fn dropping_it_drops_the_body_and_ends_the_context() {
    let mut ctx = None;
    let run = Shutdown::new().run(|given| {
        ctx = Some(given);
        pending::<()>()
    });
    let mut run = Box::pin(run);
    assert!(futures::poll!(run.as_mut()).is_pending());
    drop(run);
    assert!(ctx.unwrap().has_ended());
}

/// A task that ignores the end of its context.
async fn stubborn(ctx: &Context) -> TaskGroup<()> {
    let (group, started) = (TaskGroup::new(ctx), Arc::new(Barrier::new(2)));
    let both = started.clone();
    let stays = async move {
        both.wait().await;
        pending::<()>().await;
    };
    _ = group.spawn(|ctx| ctx.shield(stays));
    started.wait().await;
    group
}

#[tokio::test(start_paused = true)]
async fn tasks_that_go_on_after_the_body_are_waited_for_as_long_as_the_grace() {
    for grace in [Duration::ZERO, Duration::from_secs(3), Shutdown::GRACE] {
        let began = Instant::now();
        let stopped = Shutdown::new().grace(grace).run(|ctx| async move { stubborn(&ctx).await });
        let group = stopped.await.into_output().unwrap();
        assert_eq!(began.elapsed(), grace);
        drop(group);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_without_tasks_waits_for_nothing() {
    let began = Instant::now();
    // The task has no owner, so the shutdown does not wait for it.
    let task = tokio::spawn(pending::<()>());
    Shutdown::new().run(|_| async {}).await.into_output().unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    task.abort();
}

#[test]
fn a_grace_without_end_is_none() {
    let stopped = Shutdown::new().grace(Duration::MAX).block_on(current_thread(), |_| async { 7 });
    assert_eq!(stopped.into_output(), Some(7));
}

#[test]
fn tasks_are_dropped_before_block_on_returns() {
    let held = Arc::new(());
    for runtime in [current_thread(), Runtime::new().unwrap()] {
        let stopped = Shutdown::new().block_on(runtime, |_| async {
            let held = held.clone();
            drop(tokio::spawn(async move {
                pending::<()>().await;
                drop(held);
            }));
        });
        assert!(stopped.output().is_some());
        assert_eq!(Arc::strong_count(&held), 1);
    }
}

#[test]
fn a_panic_goes_on_in_the_caller() {
    let runtime = current_thread();
    let panic = panic_of(|| drop(Shutdown::new().block_on(runtime, |_| async { panic!("out of luck") })));
    assert_eq!(panic, "out of luck");
}

#[test]
fn without_a_runtime_the_panic_says_what_is_missing() {
    let panic = panic_of(|| drop(futures::executor::block_on(Shutdown::new().run(|_| async {}))));
    assert_eq!(panic, "`Shutdown::run` needs a Tokio runtime: await it in one, or give one to `Shutdown::block_on`");
}

#[test]
fn without_timers_the_panic_says_so_before_the_body_runs() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let panic = panic_of(|| drop(Shutdown::new().block_on(runtime, |_| async { unreachable!() })));
    assert!(panic.contains("timers are disabled"), "{panic}");
}

#[test]
fn no_worker_threads_are_refused() {
    const NONE: usize = 0;

    #[taskward::main(worker_threads = NONE)]
    async fn run() {}

    assert_eq!(panic_of(run), "`worker_threads` is 0: a runtime needs at least one");
}
