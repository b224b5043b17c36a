//! Early ends of a stream of results: no task is left after the last result.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use futures::{FutureExt, TryStreamExt};
use taskward::{Context, ContextError, WorkerPool, worker_pool};
use tokio::time::{Instant, sleep};

use crate::support::{Alive, Census};

#[derive(Debug, PartialEq)]
enum Error {
    Bad(u32),
    Source,
    Interrupted(String),
}

impl From<ContextError> for Error {
    fn from(why: ContextError) -> Self {
        Self::Interrupted(why.to_string())
    }
}

const MILLI: Duration = Duration::from_millis(1);

/// An endless source; the source and its items are counted while they live.
fn source(census: &Census) -> impl Stream<Item = (u32, Alive)> + Send + use<> {
    let (census, mine) = (census.clone(), census.enter());
    stream::iter(0..).map(move |n| {
        let _ = &mine;
        (n, census.enter())
    })
}

/// Item 5 fails, after a while.
async fn call(_: Context, (n, alive): (u32, Alive)) -> Result<u32, Error> {
    sleep(MILLI).await;
    drop(alive);
    if n == 5 { Err(Error::Bad(n)) } else { Ok(n) }
}

#[crate::watched::test(start_paused = true)]
async fn the_first_failure_is_the_last_result_and_nothing_is_left() {
    let census = Census::default();
    let ctx = Context::background();
    let pool = WorkerPool::new(2).queue(9);
    let expected: Vec<_> = (0..5).map(Ok).chain([Err(Error::Bad(5))]).collect();
    let mut results = pin!(pool.stream(&ctx, source(&census), call));
    let mut all = Vec::new();
    while let Some(result) = results.next().await {
        if result.is_err() {
            assert_eq!(census.alive(), 0, "the failure comes when all has stopped");
        }
        all.push(result);
    }
    assert_eq!(all, expected);
    assert!(results.next().await.is_none());
    assert_eq!(pool.stream_local(&ctx, source(&census), call).collect::<Vec<_>>().await, expected);
    assert_eq!(census.alive(), 0);
}

/// Even if an earlier item is not finished: the results have no gaps.
#[crate::watched::test(start_paused = true)]
async fn a_failure_cancels_the_items_before_it_too() {
    let told = Arc::new(AtomicBool::new(false));
    let seen = told.clone();
    let results = WorkerPool::new(3).stream(&Context::background(), stream::iter(0..), move |ctx, n: u32| {
        let told = told.clone();
        let hook = ctx.on_cancel(move |_| told.store(true, SeqCst));
        async move {
            let _hook = hook;
            match n {
                0 => Ok(n),
                1 => pending().await,
                _ => Err(Error::Bad(n)),
            }
        }
    });
    assert_eq!(results.collect::<Vec<_>>().await, [Ok(0), Err(Error::Bad(2))]);
    assert!(seen.load(SeqCst));
}

#[crate::watched::test(start_paused = true)]
async fn with_collect_failures_do_not_end_it() {
    let census = Census::default();
    let pool = WorkerPool::new(2);
    let results = pool.collect().stream(&Context::background(), source(&census).take(8), call).collect::<Vec<_>>();
    let expected: Vec<_> = (0..8).map(|n| if n == 5 { Err(Error::Bad(5)) } else { Ok(n) }).collect();
    assert_eq!(results.await, expected);
    let results =
        pool.collect().stream_local(&Context::background(), source(&census).take(8), call).collect::<Vec<_>>();
    assert_eq!(results.await, expected);
    assert_eq!(census.alive(), 0);
}

#[crate::watched::test(start_paused = true)]
async fn the_end_of_the_context_is_the_last_result() {
    let census = Census::default();
    for strict in [true, false] {
        let start = Instant::now();
        let ctx = Context::background().with_timeout(4 * MILLI);
        let numbers = source(&census).filter(|(n, _)| std::future::ready(*n != 5));
        let pool = WorkerPool::new(1);
        let results =
            if strict { pool.stream(&ctx, numbers, call) } else { pool.collect().stream(&ctx, numbers, call) };
        let mut results: Vec<_> = results.collect().await;
        let why = "deadline exceeded: the time limit of 4ms passed";
        assert_eq!(results.pop(), Some(Err(Error::Interrupted(why.into()))));
        assert_eq!(results, [Ok(0), Ok(1), Ok(2)]);
        assert_eq!((start.elapsed(), census.alive()), (4 * MILLI, 0));
    }
}

#[crate::watched::test]
async fn an_ended_context_is_the_only_result_and_takes_nothing() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with("closing time");
    let census = Census::default();
    let untouched = stream::poll_fn(|_| panic!("nothing is taken") as std::task::Poll<Option<(u32, Alive)>>);
    let results: Vec<_> = WorkerPool::new(2).stream(&ctx, untouched, call).collect().await;
    assert_eq!(results, [Err(Error::Interrupted("cancelled: closing time".into()))]);
    let results: Vec<_> = WorkerPool::new(2).stream_local(&ctx, source(&census), call).collect().await;
    assert_eq!((results.len(), census.alive()), (1, 0));
}

#[crate::watched::test]
async fn work_that_was_done_when_the_context_ended_is_not_lost() {
    let (ctx, canceller) = Context::background().with_cancel();
    let mut results =
        pin!(WorkerPool::new(2).stream(&ctx, stream::iter(0..3), |_, n: u32| async move { Ok::<_, Error>(n) }));
    assert_eq!(results.next().await, Some(Ok(0)));
    for _ in 0..9 {
        tokio::task::yield_now().await;
    }
    canceller.cancel();
    assert_eq!(results.collect::<Vec<_>>().await, [Ok(1), Ok(2)]);
}

/// The end also reaches a consumer of a silent source.
#[crate::watched::test(start_paused = true)]
async fn a_silent_source_does_not_keep_the_context_from_ending_it() {
    let ctx = Context::background().with_timeout(MILLI);
    let results = WorkerPool::new(2).stream(&ctx, stream::pending(), call);
    assert_eq!(results.collect::<Vec<_>>().await.len(), 1);
    let results = WorkerPool::new(2).stream_local(&ctx, stream::pending(), call);
    assert_eq!(results.collect::<Vec<_>>().await.len(), 1);
}

#[crate::watched::test(start_paused = true)]
async fn a_call_that_panics_does_so_in_the_poll_when_all_has_stopped() {
    let census = Census::default();
    let ctx = Context::background();
    let panics = |ctx, (n, alive): (u32, Alive)| async move {
        assert!(n != 3, "item {n} is bad");
        call(ctx, (n, alive)).await
    };
    let mut results = pin!(WorkerPool::new(2).stream(&ctx, source(&census), panics));
    let payload = AssertUnwindSafe(results.by_ref().count()).catch_unwind().await.unwrap_err();
    assert_eq!(*payload.downcast::<String>().unwrap(), "item 3 is bad");
    assert_eq!(census.alive(), 0);
    assert!(results.next().await.is_none(), "and it is over");
    let local = WorkerPool::new(2).stream_local(&ctx, source(&census), panics);
    assert!(AssertUnwindSafe(local.count()).catch_unwind().await.is_err());
    assert_eq!(census.alive(), 0);
}

#[crate::watched::test(start_paused = true)]
async fn a_source_that_panics_does_so_in_the_poll_when_all_has_stopped() {
    let census = Census::default();
    let ctx = Context::background();
    let items = || source(&census).inspect(|(n, _)| assert!(*n < 6, "no more"));
    let mut results = pin!(WorkerPool::new(2).stream(&ctx, items(), call));
    let payload = AssertUnwindSafe(results.by_ref().count()).catch_unwind().await.unwrap_err();
    assert_eq!(*payload.downcast::<&str>().unwrap(), "no more");
    assert_eq!(census.alive(), 0);
    assert!(results.next().await.is_none());
    let local = WorkerPool::new(2).stream_local(&ctx, items(), call);
    assert!(AssertUnwindSafe(local.count()).catch_unwind().await.is_err());
    assert_eq!(census.alive(), 0);
}

#[worker_pool(stream, workers = 2)]
async fn read(_ctx: &Context, line: Result<u32, Error>) -> Result<u32, Error> {
    let line = line?;
    Ok(2 * line)
}

/// The plain way: the item is a result, and the function begins with `?`.
#[crate::watched::test]
async fn a_source_that_fails_ends_the_stream_with_its_error() {
    let lines = stream::iter([Ok(1), Ok(2), Err(Error::Source), Ok(4)]);
    let mut results = read_all(&Context::background(), lines);
    assert_eq!(results.try_next().await, Ok(Some(2)));
    assert_eq!(results.try_next().await, Ok(Some(4)));
    assert_eq!(results.try_next().await, Err(Error::Source));
    assert_eq!(results.try_next().await, Ok(None));
}

#[crate::watched::test(start_paused = true)]
async fn a_dropped_stream_stops_the_workers_and_drops_the_source() {
    let census = Census::default();
    let ctx = Context::background();
    for polls in 0..7 {
        let mut results = Box::pin(WorkerPool::new(3).stream(&ctx, source(&census), call));
        results.by_ref().take(polls).count().await;
        drop(results);
        sleep(MILLI).await;
        assert_eq!(census.alive(), 0, "after {polls}");
        let mut results = Box::pin(WorkerPool::new(3).stream_local(&ctx, source(&census), call));
        results.by_ref().take(polls).count().await;
        drop(results);
        assert_eq!(census.alive(), 0, "after {polls}");
    }
}

/// Threads that wait for items are released.
#[crate::watched::test]
async fn a_dropped_stream_lets_the_waiting_threads_go() {
    let (census, started) = (Census::default(), Arc::new(AtomicUsize::new(0)));
    let (inner, count) = (census.enter(), started.clone());
    let mut results = Box::pin(WorkerPool::new(2).stream_blocking(
        &Context::background(),
        stream::iter([1, 2]).chain(stream::pending()),
        move |_, n: u32| {
            let _ = &inner;
            count.fetch_add(1, SeqCst);
            Some(n)
        },
    ));
    assert_eq!((results.next().await, results.next().await), (Some(Some(1)), Some(Some(2))));
    assert_eq!(census.alive(), 1);
    drop(results);
    while census.alive() > 0 {
        tokio::task::yield_now().await;
    }
}

async fn whenever_it_ends_nothing_is_left() {
    for round in 0..1000_u32 {
        let census = Census::default();
        let (ctx, canceller) = Context::background().with_cancel();
        let cancelling = tokio::spawn(async move {
            for _ in 0..round % 40 {
                tokio::task::yield_now().await;
            }
            canceller.cancel();
        });
        let pool = WorkerPool::new(4).queue(3);
        let pool = if round % 2 == 0 { pool } else { pool.unordered() };
        let inner = census.clone();
        let call = move |_: Context, (n, item): (u32, Alive)| {
            let alive = inner.enter();
            async move {
                tokio::task::yield_now().await;
                drop((alive, item));
                if n > round % 60 + 20 { Err(Error::Bad(n)) } else { Ok(n) }
            }
        };
        let results: Vec<_> = if round % 3 == 0 {
            pool.stream_local(&ctx, source(&census), call).collect().await
        } else {
            pool.stream(&ctx, source(&census), call).collect().await
        };
        assert_eq!(census.alive(), 0, "round {round}");
        assert!(results.last().unwrap().is_err(), "round {round}");
        assert!(results.iter().rev().skip(1).all(Result::is_ok), "round {round}");
        if round % 2 == 0 {
            assert!(results.iter().flatten().copied().eq(0..u32::try_from(results.len()).unwrap() - 1));
        }
        cancelling.await.unwrap();
    }
}

#[crate::watched::test]
async fn whenever_it_ends_nothing_is_left_on_one_thread() {
    whenever_it_ends_nothing_is_left().await;
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn whenever_it_ends_nothing_is_left_on_several_threads() {
    whenever_it_ends_nothing_is_left().await;
}
