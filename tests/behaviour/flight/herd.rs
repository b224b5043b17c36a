//! Many callers on several threads.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use taskward::{Context, TaskGroup};
use tokio::sync::Semaphore;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::{Runs, flights};
use crate::support::Census;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_callers_are_one_run() {
    const CALLERS: usize = 10_000;
    let (flights, runs, waiting) = (flights(), Runs::default(), Runs::default());
    let open = Arc::new(Semaphore::new(0));
    let group = TaskGroup::<Option<u32>>::new(&Context::background());
    for _ in 0..CALLERS {
        let (flights, runs, waiting, open) = (flights.clone(), runs.clone(), waiting.clone(), open.clone());
        _ = group.spawn(async move |ctx| {
            let run = flights.run(&ctx, 1, async move |_| {
                drop(open.acquire().await);
                for _ in 0..10 {
                    yield_now().await;
                }
                runs.begin()
            });
            let mut run = pin!(run);
            assert!(futures::poll!(run.as_mut()).is_pending());
            waiting.begin();
            run.await.ok()
        });
    }
    while waiting.count() < CALLERS {
        sleep(Duration::from_millis(1)).await;
    }
    open.add_permits(1);
    let all = timeout(Duration::from_secs(60), group.join()).await.expect("somebody hangs");
    assert_eq!(all, Some(vec![1; CALLERS]));
    assert_eq!((runs.count(), flights.len()), (1, 0));
}

/// Callers join, leave and finish in any order: no caller hangs, and no run is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_come_and_go_quickly_hang_no_caller_and_leave_no_run() {
    let (flights, census) = (flights::<u32>(), Census::default());
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..2000_u32 {
        let (flights, census) = (flights.clone(), census.clone());
        tasks.spawn(async move {
            let (ctx, canceller) = Context::background().with_cancel();
            let run = flights.run(&ctx, number % 3, async move |ctx: Context| {
                let _alive = census.enter();
                for _ in 0..number % 5 {
                    yield_now().await;
                    assert!(!ctx.has_ended(), "somebody waits");
                }
                number % 3
            });
            let cancel = async {
                for _ in 0..number % 7 {
                    yield_now().await;
                }
                if number % 4 == 0 {
                    canceller.cancel();
                }
            };
            let (result, ()) = tokio::join!(run, cancel);
            match result {
                Ok(value) => assert_eq!(value, number % 3),
                Err(_) => assert_eq!(number % 4, 0, "only who was cancelled is told so"),
            }
        });
    }
    let all = async {
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
    };
    timeout(Duration::from_secs(60), all).await.expect("somebody hangs");
    sleep(Duration::from_millis(1)).await;
    assert_eq!((flights.len(), census.alive()), (0, 0));
}
