//! `apalis-postgres`, used directly.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use apalis::prelude::*;
use apalis_postgres::{Config, PgPool, PostgresStorage};
use tokio::sync::Notify;

async fn storage(url: &str) -> PgPool {
    let pool = PgPool::connect(url).await.unwrap();
    PostgresStorage::setup(&pool).await.unwrap();
    pool
}

pub async fn throughput(url: &str, count: u32, workers: usize) -> f64 {
    let pool = storage(url).await;
    let config = Config::default().queue("trivial").batch_size(100);
    let backend = PostgresStorage::new(&pool).with_config(config).with_pubsub();
    let mut sink = backend.clone();
    let (done, all) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
    let counted = (done.clone(), all.clone());
    let handler = move |item: u32| {
        let (done, all) = counted.clone();
        async move {
            if done.fetch_add(1, Ordering::Relaxed) + 1 == count {
                all.notify_one();
            }
            Ok::<u32, BoxDynError>(item)
        }
    };
    let worker = WorkerBuilder::new("trivial").backend(backend).concurrency(workers).build(handler);
    let mut running = std::pin::pin!(worker.run());
    let start = Instant::now();
    let pushing = async {
        for chunk in (0..count).collect::<Vec<_>>().chunks(1000) {
            sink.push_bulk(chunk.to_vec()).await.unwrap();
        }
        all.notified().await;
        // Until the last result is stored.
        loop {
            let left: i64 = sqlx::query_scalar("SELECT count(*) FROM apalis.jobs WHERE status <> 'Done'")
                .fetch_one(&pool)
                .await
                .unwrap();
            if left == 0 || start.elapsed() > Duration::from_secs(120) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = &mut running => panic!("the worker has stopped"),
        () = pushing => {}
    }
    let took = start.elapsed();
    f64::from(count) / took.as_secs_f64()
}

pub async fn latency(url: &str) -> Duration {
    let pool = storage(url).await;
    let config = Config::default().queue("trivial").batch_size(10);
    let backend = PostgresStorage::new(&pool).with_config(config).with_pubsub();
    let mut sink = backend.clone();
    let (times, began) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Instant::now())));
    let called = Arc::new(Notify::new());
    let shared = (times.clone(), began.clone(), called.clone());
    let handler = move |_: u32| {
        let (times, began, called) = shared.clone();
        async move {
            times.lock().unwrap().push(began.lock().unwrap().elapsed());
            called.notify_one();
            Ok::<(), BoxDynError>(())
        }
    };
    let worker = WorkerBuilder::new("latency").backend(backend).build(handler);
    let pushing = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for item in 0..200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            *began.lock().unwrap() = Instant::now();
            sink.push(item).await.unwrap();
            if tokio::time::timeout(Duration::from_secs(10), called.notified()).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        _ = worker.run() => panic!("the worker has stopped"),
        () = pushing => {}
    }
    let mut times = times.lock().unwrap().clone();
    times.sort();
    times[times.len() / 2]
}
