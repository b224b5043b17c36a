//! `taskward-jobs`.

use std::time::{Duration, Instant};

use taskward::{Context, ContextError, worker_pool};
use taskward_jobs::Jobs;

#[worker_pool(jobs = "trivial")]
async fn trivial(_ctx: &Context, item: u32) -> Result<u32, ContextError> {
    Ok(item)
}

#[worker_pool(jobs = "short")]
async fn short(ctx: &Context, item: u32) -> Result<u32, ContextError> {
    ctx.sleep(Duration::from_millis(10)).await?;
    Ok(item)
}

pub async fn throughput(url: &str, count: u32, workers: usize) -> f64 {
    let (server, stop) = Context::background().with_cancel();
    let jobs = Jobs::connect(url).await.unwrap();
    let serving = tokio::spawn(async move { jobs.serve(&server, [trivial_job().workers(workers)]).await });
    let ctx = Context::background().with_value(Jobs::connect(url).await.unwrap());
    let start = Instant::now();
    let results = trivial_all(&ctx, 0..count).await.unwrap();
    let took = start.elapsed();
    assert!(results.into_iter().eq(0..count));
    stop.cancel();
    serving.await.unwrap().unwrap();
    f64::from(count) / took.as_secs_f64()
}

pub async fn latency(url: &str) -> Duration {
    let (server, stop) = Context::background().with_cancel();
    let jobs = Jobs::connect(url).await.unwrap();
    let serving = tokio::spawn(async move { jobs.serve(&server, [trivial_job()]).await });
    let ctx = Context::background().with_value(Jobs::connect(url).await.unwrap());
    let mut times = Vec::new();
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let start = Instant::now();
        trivial_all(&ctx, [1]).await.unwrap();
        times.push(start.elapsed());
    }
    stop.cancel();
    serving.await.unwrap().unwrap();
    times.sort();
    times[times.len() / 2]
}

/// Returns the rate of workers in four servers, with the jobs that they can do in `time`.
pub async fn curve(url: &str, workers: usize, time: Duration) -> f64 {
    let (server, stop) = Context::background().with_cancel();
    let mut serving = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (jobs, server) = (Jobs::connect(url).await.unwrap(), server.clone());
        serving.spawn(async move { jobs.serve(&server, [short_job().workers(workers / 4)]).await });
    }
    let ctx = Context::background().with_value(Jobs::connect(url).await.unwrap());
    // No more than some seconds of work, also beyond the bend.
    let count =
        u32::try_from(workers).unwrap().saturating_mul(u32::try_from(time.as_millis() / 10).unwrap()).min(40_000);
    let start = Instant::now();
    short_all(&ctx, 0..count).await.unwrap();
    let took = start.elapsed();
    stop.cancel();
    while serving.join_next().await.is_some() {}
    f64::from(count) / took.as_secs_f64()
}
