//! Worker pools of blocking threads.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, mpsc};
use std::thread;

use futures::FutureExt;
use taskward::{Context, ContextError, WorkerPool};

use crate::support::{Census, Wakes, poll};

#[crate::watched::test]
async fn blocking_calls_run_on_other_threads_in_the_order_of_the_items() {
    let here = thread::current().id();
    let outputs = WorkerPool::new(2)
        .run_blocking(&Context::background(), 0..9, move |_, n: u8| {
            assert_ne!(thread::current().id(), here);
            Ok::<_, ContextError>(n)
        })
        .await
        .unwrap();
    assert_eq!(outputs, (0..9).collect::<Vec<_>>());
}

#[crate::watched::test]
async fn a_panic_on_a_thread_goes_on_in_the_caller() {
    let ctx = Context::background();
    let run = WorkerPool::new(2).run_blocking(&ctx, 0..9, |_, n: u8| {
        assert!(n != 3, "item {n}");
    });
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert_eq!(*payload.downcast::<String>().unwrap(), "item 3");
}

/// A thread cannot be aborted: its context ends, and it stops before its next item.
#[crate::watched::test]
async fn a_dropped_caller_stops_the_threads_before_their_next_item() {
    let census = Census::default();
    let (started, starts) = mpsc::channel();
    let (ended, ends) = mpsc::channel();
    let ctx = Context::background();
    let mut run = Box::pin(WorkerPool::new(2).run_blocking(&ctx, 0..50, {
        let census = census.clone();
        move |ctx: &Context, _: u8| {
            let _alive = census.enter();
            started.send(()).unwrap();
            while !ctx.has_ended() {
                thread::yield_now();
            }
            // The last sender is dropped with the closure, when both workers have stopped.
            let _ = ended.send(());
        }
    }));
    let (_, waker) = Wakes::new();
    assert!(poll(run.as_mut(), &waker).is_pending());
    starts.recv().unwrap();
    starts.recv().unwrap();
    drop(run);
    assert_eq!(ends.iter().count(), 2);
    assert_eq!(census.alive(), 0);
}

#[crate::watched::test]
async fn the_context_of_a_thread_ends_with_that_of_the_caller() {
    let (ctx, canceller) = Context::background().with_value(7_u8).with_cancel();
    let (started, starts) = mpsc::channel();
    let run = tokio::spawn({
        let ctx = ctx.clone();
        async move {
            WorkerPool::new(2)
                .run_blocking(&ctx, 0..9, move |ctx, _: u8| {
                    assert_eq!(ctx.value::<u8>(), Some(&7));
                    assert_eq!(Context::current().value::<u8>(), Some(&7));
                    started.send(()).unwrap();
                    while !ctx.has_ended() {
                        thread::yield_now();
                    }
                    ctx.check()
                })
                .await
        }
    });
    let _starts = tokio::task::spawn_blocking(move || starts.recv().map(|()| starts)).await.unwrap().unwrap();
    canceller.cancel_with("enough");
    assert_eq!(run.await.unwrap().unwrap_err().to_string(), "cancelled: enough");
}

/// A thread that never checks its context delays its pool and the drop of a runtime, but not a
/// runtime that is shut down in the background.
#[test]
fn a_deaf_thread_does_not_keep_a_runtime_from_being_shut_down() {
    let (started, starts) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let (here, gone) = mpsc::channel::<()>();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.spawn(async move {
        // Dropped last.
        let _here = here;
        let ctx = Context::background();
        let deaf = move |_: &Context, _: u8| {
            started.send(()).unwrap();
            let _ = released.lock().unwrap().recv();
        };
        WorkerPool::new(1).run_blocking(&ctx, [1, 2], deaf).await;
    });
    starts.recv().unwrap();
    runtime.shutdown_background();
    // Its thread drops the caller soon; the busy thread notices when it is done.
    assert!(gone.recv().is_err());
    drop(release);
    // The thread ends, and starts no further item.
    assert!(starts.recv().is_err());
}

#[crate::watched::test]
async fn a_deaf_thread_delays_its_pool() {
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let (ctx, canceller) = Context::background().with_cancel();
    let mut run = Box::pin(WorkerPool::new(1).run_blocking(&ctx, [1, 2], move |_, n: u8| {
        let _ = released.lock().unwrap().recv();
        Ok::<_, ContextError>(n)
    }));
    let (_, waker) = Wakes::new();
    assert!(poll(run.as_mut(), &waker).is_pending());
    canceller.cancel();
    assert!(poll(run.as_mut(), &waker).is_pending());
    drop(release);
    assert!(run.await.is_err());
}
