use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::stream;
use taskward::{Context, ContextError, WorkerPool, cancel_test};

use super::{Alive, settle};

#[cancel_test]
async fn a_run_that_is_dropped_leaves_no_worker_and_does_nothing_twice(ctx: Context) {
    let (alive, started) = (Alive::default(), Arc::new(Mutex::new(Vec::new())));
    let run = WorkerPool::new(2).run(&ctx, 0..5, {
        let (alive, started) = (alive.clone(), started.clone());
        move |ctx, item| {
            let (alive, started) = (alive.clone(), started.clone());
            async move {
                let _alive = alive;
                started.lock().unwrap().push(item);
                ctx.checkpoint().await?;
                Ok::<u32, ContextError>(item * 2)
            }
        }
    });
    let ran = cancellable(run).await;
    settle().await;
    assert_eq!(alive.count(), 0, "a worker is alive");
    let mut started = started.lock().unwrap().clone();
    started.sort_unstable();
    assert_eq!(started, (0..u32::try_from(started.len()).unwrap()).collect::<Vec<_>>());
    assert!(ran.is_none_or(|ran| ran.unwrap() == [0, 2, 4, 6, 8]));
    ctx.check().unwrap();
}

#[cancel_test]
async fn a_local_run_that_is_dropped_drops_its_calls(ctx: Context) {
    let alive = Alive::default();
    let run = WorkerPool::new(2).run_local(&ctx, 0..5, |ctx, item| {
        let alive = alive.clone();
        async move {
            let _alive = alive;
            ctx.checkpoint().await?;
            Ok::<u32, ContextError>(item * 2)
        }
    });
    let ran = cancellable(run).await;
    assert_eq!(alive.count(), 0, "a call is alive");
    assert!(ran.is_none_or(|ran| ran.unwrap() == [0, 2, 4, 6, 8]));
}

#[cancel_test]
async fn dropping_a_wait_for_the_next_result_loses_nothing(ctx: Context) {
    let mut doubled = WorkerPool::new(2).queue(2).stream(&ctx, stream::iter(0..5), |ctx, item| async move {
        ctx.checkpoint().await?;
        Ok::<u32, ContextError>(item * 2)
    });
    let mut got = Vec::new();
    loop {
        match cancellable(doubled.next()).await {
            Some(Some(item)) => got.push(item.unwrap()),
            Some(None) => break,
            None => {}
        }
    }
    assert_eq!(got, [0, 2, 4, 6, 8]);
}

#[cancel_test]
async fn a_stream_that_is_dropped_leaves_no_worker(ctx: Context) {
    let alive = Alive::default();
    let consume = async {
        let alive = alive.clone();
        let doubled = WorkerPool::new(2).queue(2).stream(&ctx, stream::iter(0..5), move |ctx, item| {
            let alive = alive.clone();
            async move {
                let _alive = alive;
                ctx.checkpoint().await?;
                Ok::<u32, ContextError>(item * 2)
            }
        });
        doubled.collect::<Vec<_>>().await
    };
    _ = cancellable(consume).await;
    settle().await;
    assert_eq!(alive.count(), 0, "a worker is alive");
}
