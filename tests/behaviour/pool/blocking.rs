//! Workers that are threads.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::thread;

use futures::FutureExt;
use taskward::{Context, ContextError, WorkerPool};

use crate::support::{Census, Wakes, poll};

#[tokio::test]
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

#[tokio::test]
async fn a_panic_on_a_thread_goes_on_in_the_caller() {
    let ctx = Context::background();
    let run = WorkerPool::new(2).run_blocking(&ctx, 0..9, |_, n: u8| {
        assert!(n != 3, "item {n}");
    });
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert_eq!(*payload.downcast::<String>().unwrap(), "item 3");
}

/// A thread cannot be aborted: it is told, and stops before its next item.
#[tokio::test]
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
            while !ctx.is_cancelled() {
                thread::yield_now();
            }
            // The last sender goes with the closure, when both workers have stopped.
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

#[tokio::test]
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
                    while !ctx.is_cancelled() {
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
