//! Early ends of a run: no call, item or worker is left when it returns.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use futures::FutureExt;
use taskward::{Context, ContextError, WorkerPool};
use tokio::time::{Instant, sleep};

use crate::support::Census;

#[derive(Debug, PartialEq)]
enum Error {
    Bad(u32),
    Interrupted(String),
}

impl From<ContextError> for Error {
    fn from(why: ContextError) -> Self {
        Self::Interrupted(why.to_string())
    }
}

const MILLI: Duration = Duration::from_millis(1);

#[crate::watched::test(start_paused = true)]
async fn the_first_error_cancels_the_running_calls_and_starts_nothing_more() {
    let census = Census::default();
    let (started, told) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let start = Instant::now();
    let result: Result<Vec<()>, _> = WorkerPool::new(4)
        .run(&Context::background(), 0..100, {
            let (census, started, told) = (census.clone(), started.clone(), told.clone());
            move |ctx, n| {
                started.fetch_add(1, SeqCst);
                let (alive, told) = (census.enter(), told.clone());
                let hook = ctx.on_cancel(move |_| {
                    told.fetch_add(1, SeqCst);
                });
                async move {
                    let _alive = (alive, hook);
                    if n == 2 {
                        sleep(MILLI).await;
                        return Err(Error::Bad(n));
                    }
                    pending().await
                }
            }
        })
        .await;
    assert_eq!(result, Err(Error::Bad(2)));
    assert_eq!(start.elapsed(), MILLI);
    assert_eq!(started.load(SeqCst), 4);
    assert_eq!(told.load(SeqCst), 3, "all but the one that failed");
    assert_eq!(census.alive(), 0);
}

/// Work that a call started with its context ends with the run too.
#[crate::watched::test(start_paused = true)]
async fn a_task_that_a_call_spawned_with_its_context_ends_with_the_run() {
    let ctx = Context::background();
    let contexts = WorkerPool::new(2).run(&ctx, 0..4, |ctx, _: u8| async move { Ok::<_, Error>(ctx) }).await.unwrap();
    for call in contexts {
        assert!(call.has_ended());
    }
    assert!(!ctx.has_ended());
}

#[crate::watched::test(start_paused = true)]
async fn the_run_waits_until_every_worker_has_stopped() {
    let census = Census::default();
    let inner = census.clone();
    let error = WorkerPool::new(2)
        .run_blocking(&Context::background(), [0, 1], move |ctx, n| {
            let _alive = inner.enter();
            if n == 0 {
                while inner.alive() < 2 {
                    std::hint::spin_loop();
                }
                return Err(Error::Bad(0));
            }
            while !ctx.has_ended() {
                std::hint::spin_loop();
            }
            Ok(())
        })
        .await;
    assert_eq!(error, Err(Error::Bad(0)));
    assert_eq!(census.alive(), 0);
}

#[crate::watched::test(start_paused = true)]
async fn a_panic_goes_on_in_the_caller_with_its_own_payload() {
    let census = Census::default();
    let inner = census.clone();
    let ctx = Context::background();
    let run = WorkerPool::new(3).run(&ctx, 0..50, move |_, n: u32| {
        let alive = inner.enter();
        async move {
            let _alive = alive;
            sleep(MILLI).await;
            assert!(n != 4, "item {n} is bad");
            Ok::<_, Error>(n)
        }
    });
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert_eq!(*payload.downcast::<String>().unwrap(), "item 4 is bad");
    assert_eq!(census.alive(), 0);
}

#[crate::watched::test(start_paused = true)]
async fn a_panic_while_the_call_is_made_is_one_of_the_call() {
    let ctx = Context::background();
    let run = WorkerPool::new(2).run(&ctx, 0..9, |_, n: u32| {
        assert!(n != 3, "no call for {n}");
        async move { Ok::<_, Error>(n) }
    });
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert_eq!(*payload.downcast::<String>().unwrap(), "no call for 3");
}

#[crate::watched::test(start_paused = true)]
async fn an_iterator_that_panics_does_so_in_the_caller_before_any_call() {
    let items = (0..9).map(|n| if n == 5 { panic!("no more") } else { n });
    let ctx = Context::background();
    let run = WorkerPool::new(2).run(&ctx, items, |_, _: u32| async { panic!("nothing starts") as () });
    assert_eq!(*AssertUnwindSafe(run).catch_unwind().await.unwrap_err().downcast::<&str>().unwrap(), "no more");
}

#[crate::watched::test(start_paused = true)]
async fn a_dropped_caller_stops_the_workers() {
    let census = Census::default();
    let (started, inner) = (Arc::new(AtomicUsize::new(0)), census.clone());
    let count = started.clone();
    let ctx = Context::background();
    let run = WorkerPool::new(3).run(&ctx, 0..50, move |_, _: u32| {
        count.fetch_add(1, SeqCst);
        let alive = inner.enter();
        async move {
            let _alive = alive;
            pending::<Result<(), Error>>().await
        }
    });
    assert!(tokio::time::timeout(MILLI, run).await.is_err());
    // The runtime drops an aborted task at its next turn.
    sleep(MILLI).await;
    assert_eq!(census.alive(), 0);
    assert_eq!(started.load(SeqCst), 3);
}

#[crate::watched::test]
async fn with_an_ended_context_nothing_starts() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with("closing time");
    let result: Result<Vec<u8>, _> =
        WorkerPool::new(3).run(&ctx, 0..50, |_, _: u32| async { panic!("nothing starts") as Result<u8, Error> }).await;
    assert_eq!(result, Err(Error::Interrupted("cancelled: closing time".into())));
}

/// Even under an outer deadline, the error names the limit that passed.
#[crate::watched::test(start_paused = true)]
async fn a_deadline_ends_the_run_on_time() {
    let start = Instant::now();
    let ctx = Context::background().with_timeout(10 * MILLI);
    let result: Result<Vec<u8>, _> =
        WorkerPool::new(3).run(&ctx, 0..50, |_, _: u32| async { pending::<Result<u8, Error>>().await }).await;
    assert_eq!(result, Err(Error::Interrupted("deadline exceeded: the time limit of 10ms passed".into())));
    assert_eq!(start.elapsed(), 10 * MILLI);
}

/// A run that was complete when the context ended keeps its result.
#[crate::watched::test]
async fn a_complete_run_is_not_lost_to_a_late_cancellation() {
    let (ctx, canceller) = Context::background().with_cancel();
    let canceller = Arc::new(canceller);
    let result = WorkerPool::new(1)
        .run(&ctx, [1], move |_, n: u32| {
            let canceller = canceller.clone();
            async move {
                canceller.cancel();
                Ok::<_, Error>(n)
            }
        })
        .await;
    assert_eq!(result, Ok(vec![1]));
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn whenever_the_cancellation_comes_no_item_outlives_the_run() {
    for round in 0..200 {
        let census = Census::default();
        let inner = census.clone();
        let (ctx, canceller) = Context::background().with_cancel();
        let cancelling = tokio::spawn(async move {
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            canceller.cancel();
        });
        let items: Vec<_> = (0..100).map(|_| census.enter()).collect();
        let result = WorkerPool::new(4)
            .run(&ctx, items, move |_, item| {
                let alive = inner.enter();
                async move {
                    tokio::task::yield_now().await;
                    drop((alive, item));
                    Ok::<_, Error>(())
                }
            })
            .await;
        assert_eq!(census.alive(), 0, "round {round}");
        if let Err(error) = result {
            assert_eq!(error, Error::Interrupted("cancelled".into()));
        }
        cancelling.await.unwrap();
    }
}
