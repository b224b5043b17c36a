//! Workers are tasks of a group: shields hold, panics have a cause, and a lost runtime is an
//! interruption.

use std::cell::Cell;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use futures::{FutureExt, join};
use taskward::{Context, ContextError, WorkerPool};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

type Result<T> = std::result::Result<T, ContextError>;

const MILLI: Duration = Duration::from_millis(1);

/// A call with a clean-up that must not be cut.
async fn clean_up(ctx: Context, done: Arc<AtomicU32>) {
    ctx.shield(async {
        sleep(2 * MILLI).await;
        done.fetch_add(1, SeqCst);
    })
    .await;
    pending::<()>().await;
}

#[crate::watched::test(start_paused = true)]
async fn a_shield_in_a_call_holds_when_the_caller_is_dropped() {
    let (ctx, done) = (Context::background(), Arc::new(AtomicU32::new(0)));
    let call = {
        let done = done.clone();
        move |ctx, _: u8| clean_up(ctx, done.clone())
    };
    assert!(timeout(MILLI, WorkerPool::new(2).run(&ctx, 0..2, call.clone())).await.is_err());
    sleep(2 * MILLI).await;
    assert_eq!(done.load(SeqCst), 2);
    let results = WorkerPool::new(2).stream(&ctx, stream::iter(0..2), move |ctx, n| call(ctx, n).map(Some));
    assert!(timeout(MILLI, Box::pin(results).next()).await.is_err());
    sleep(2 * MILLI).await;
    assert_eq!(done.load(SeqCst), 4);
}

#[crate::watched::test(start_paused = true)]
async fn a_shield_in_the_callers_task_holds_when_another_call_fails() {
    let (ctx, done) = (Context::background(), Arc::new(AtomicU32::new(0)));
    let call = |ctx: Context, fails| {
        let done = done.clone();
        async move {
            if fails {
                sleep(MILLI).await;
                return None;
            }
            clean_up(ctx, done).await;
            Some(())
        }
    };
    let run = WorkerPool::new(2).run_local(&ctx, [false, true], call);
    assert_eq!((run.await, done.load(SeqCst)), (None, 1));
    let results = WorkerPool::new(2).stream_local(&ctx, stream::iter([false, true]), call);
    assert_eq!((results.collect::<Vec<_>>().await, done.load(SeqCst)), (vec![None], 2));
}

/// Keeps the reason for the end of its context when it is dropped.
struct Reason<'a>(Context, &'a Cell<String>);

impl Drop for Reason<'_> {
    fn drop(&mut self) {
        self.1.set(self.0.check().map_or_else(|why| why.to_string(), |()| "has not ended".into()));
    }
}

#[crate::watched::test(start_paused = true)]
async fn a_call_that_is_dropped_with_its_caller_sees_a_cancellation() {
    let (ctx, reason) = (Context::background(), Cell::default());
    let call = async |ctx, _: u8| {
        let _reason = Reason(ctx, &reason);
        pending::<Option<()>>().await
    };
    assert!(timeout(MILLI, WorkerPool::new(1).run_local(&ctx, [1], call)).await.is_err());
    assert_eq!(reason.take(), "cancelled");
    let results = WorkerPool::new(1).stream_local(&ctx, stream::iter([1]), call);
    assert!(timeout(MILLI, Box::pin(results).next()).await.is_err());
    assert_eq!(reason.take(), "cancelled");
}

#[crate::watched::test(start_paused = true)]
async fn the_other_calls_see_the_panic_as_the_cause_of_their_end() {
    let seen = Arc::new(Mutex::new(String::new()));
    let call = {
        let seen = seen.clone();
        move |ctx: Context, n: u8| {
            let seen = seen.clone();
            async move {
                assert_ne!(n, 0, "as planned");
                let why = ctx.shield(ctx.cancelled()).await;
                *seen.lock().unwrap() = why.to_string();
            }
        }
    };
    let ctx = Context::background();
    let run = WorkerPool::new(2).name("fetch").run(&ctx, [1, 0], call);
    assert!(AssertUnwindSafe(run).catch_unwind().await.is_err());
    let seen = seen.lock().unwrap();
    assert!(seen.starts_with("cancelled: `fetch`, spawned at "), "{seen}");
    assert!(
        seen.contains("/pool/workers.rs:") && seen.contains(" panicked: ") && seen.contains("as planned"),
        "{seen}"
    );
}

/// Panics when it is dropped unused.
struct Armed(bool);

impl Armed {
    fn disarm(&mut self) {
        self.0 = false;
    }
}

impl Drop for Armed {
    fn drop(&mut self) {
        assert!(!self.0, "an item was dropped");
    }
}

/// A panic while another one unwinds would abort the process.
#[crate::watched::test(start_paused = true)]
async fn items_whose_destructors_panic_do_not_hide_the_panic_of_a_call() {
    let ctx = Context::background();
    let call = |_: Context, (n, mut item): (u8, Armed)| async move {
        sleep(MILLI).await;
        item.disarm();
        assert_ne!(n, 0, "as planned");
        pending::<Option<()>>().await
    };
    let items = || (0..9).map(|n| (n, Armed(n == 8)));
    let run = AssertUnwindSafe(WorkerPool::new(2).run(&ctx, items(), call)).catch_unwind();
    let payload = run.await.unwrap_err();
    assert!(payload.downcast::<String>().unwrap().contains("as planned"));
}

/// Shuts the runtime of the workers down once a call has started, while the caller waits on
/// another thread.
fn without_runtime<R: Send>(run: impl AsyncFnOnce(&Context, mpsc::Sender<()>, oneshot::Receiver<()>) -> R + Send) -> R {
    let lost = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (started, starts) = mpsc::channel();
    let (down, is_down) = oneshot::channel();
    thread::scope(|scope| {
        let handle = lost.handle().clone();
        let caller = scope.spawn(move || handle.block_on(run(&Context::background(), started, is_down)));
        starts.recv().unwrap();
        lost.shutdown_background();
        // Fails if the run is already over.
        _ = down.send(());
        caller.join().unwrap()
    })
}

const LOST: &str = "cancelled: the runtime of a pool's workers was shut down";

#[test]
fn a_runtime_that_shuts_down_in_the_middle_is_an_interruption() {
    let stuck = |started: mpsc::Sender<()>| {
        move |_, _: u8| {
            started.send(()).unwrap();
            pending::<Result<u8>>()
        }
    };
    let error = without_runtime(async |ctx, started, _is_down| WorkerPool::new(2).run(ctx, 0..9, stuck(started)).await);
    assert_eq!(error.unwrap_err().to_string(), LOST);
    let results = without_runtime(async |ctx, started, _is_down| {
        WorkerPool::new(2).collect().run(ctx, 0..2, stuck(started)).await
    });
    assert_eq!(results.into_iter().map(|result| result.unwrap_err().to_string()).collect::<Vec<_>>(), [LOST; 2]);
    let results = without_runtime(async |ctx, started, _is_down| {
        let source = stream::iter(0..2).chain(stream::pending());
        WorkerPool::new(2).stream(ctx, source, stuck(started)).collect::<Vec<_>>().await
    });
    assert_eq!(results[0].as_ref().unwrap_err().to_string(), LOST);
}

#[test]
fn an_item_that_comes_after_its_runtime_was_shut_down_is_interrupted() {
    let results = without_runtime(async |ctx, started, is_down| {
        let late = stream::once(is_down.map(|_| 2));
        let call = move |_: &Context, n: u8| {
            started.send(()).unwrap();
            Result::Ok(n)
        };
        WorkerPool::new(1).stream_blocking(ctx, stream::iter([1]).chain(late), call).collect::<Vec<_>>().await
    });
    let results: Vec<_> = results.into_iter().map(|result| result.map_err(|why| why.to_string())).collect();
    // The thread of the first item may still wait for another one.
    assert!(results == [Ok(1), Err(LOST.into())] || results == [Ok(1), Ok(2)], "{results:?}");
}

/// Items arrive one by one, while the idle threads leave.
#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_item_is_lost_while_idle_threads_leave() {
    let source = || {
        stream::iter(0..500_u32).then(async |n| {
            for _ in 0..n % 4 {
                tokio::task::yield_now().await;
            }
            n
        })
    };
    let (ctx, pool) = (Context::background(), WorkerPool::new(2));
    let numbers = |source| pool.stream_blocking(&ctx, source, |_, n| Some(n)).map(Option::unwrap).collect::<Vec<_>>();
    let all: Vec<_> = (0..500).collect();
    assert_eq!(join!(numbers(source()), numbers(source())), (all.clone(), all));
}
