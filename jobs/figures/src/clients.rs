//! Up to 1,000 workers, each a client with connections of its own, as on 1,000 machines.
//!
//! `cargo run --release --manifest-path jobs/figures/Cargo.toml -- clients`, then with `split` for
//! two databases, or with `pooled` for a PgBouncer in between.

use std::time::{Duration, Instant};

use taskward::{Context, ContextError, worker_pool};
use taskward_jobs::Jobs;
use tokio::task::JoinSet;

use crate::pooler::Pooler;
use crate::postgres::Postgres;

/// The time of each job.
const JOB: Duration = Duration::from_millis(500);
/// The time that a measurement takes while the database keeps up.
const TIME: Duration = Duration::from_secs(10);
/// Clients that connect at a time.
const AT_ONCE: usize = 20;
/// Clients, and the workers of each.
const STEPS: [(usize, usize); 10] =
    [(4, 250), (20, 50), (100, 10), (10, 1), (50, 1), (100, 1), (200, 1), (400, 1), (700, 1), (1000, 1)];
/// Connections of the pooler.
const POOLED: usize = 20;

#[worker_pool(jobs = "half a second")]
async fn wait(ctx: &Context, item: u32) -> Result<u32, ContextError> {
    ctx.sleep(JOB).await?;
    Ok(item)
}

/// The measurement of one number of clients.
struct Row {
    connections: String,
    idle: f64,
    rate: f64,
}

pub async fn run(variant: Option<&str>) {
    let settings = ["max_connections=6000", "shared_buffers=256MB"];
    println!("jobs of {JOB:?}; {}", variant.unwrap_or("one database"));
    println!("clients, workers of each, connections, statements/s while idle, jobs/s, of possible");
    for (clients, workers) in STEPS {
        let count = if variant == Some("split") { 2 } else { 1 };
        let databases: Vec<_> = (0..count).filter_map(|_| Postgres::start(&settings)).collect();
        let mut urls: Vec<_> = databases.iter().map(|server| server.create("clients")).collect();
        let mut poolers = Vec::new();
        if variant == Some("pooled") {
            poolers.extend(urls.first().and_then(|url| Pooler::start(url, POOLED)));
            urls = poolers.iter().map(|pooler| pooler.url(&urls[0])).collect();
        }
        for url in &mut urls {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str("connections=1");
        }
        if urls.is_empty() {
            return;
        }
        let row = measure(&databases, &urls, clients, workers).await;
        let possible = (clients * workers) as f64 / JOB.as_secs_f64();
        println!(
            "{clients:>7} {workers:>7}  {:>11}  {:>17.0}  {:>7.0}  {possible:>11.0}",
            row.connections, row.idle, row.rate
        );
    }
}

async fn measure(databases: &[Postgres], urls: &[String], clients: usize, workers: usize) -> Row {
    let (server, stop) = Context::background().with_cancel();
    let mut serving = JoinSet::new();
    let mut connecting = JoinSet::new();
    for client in 0..clients {
        // Each client works on the queue of one of the databases.
        let url = urls[client % urls.len()].clone();
        connecting.spawn(async move { Jobs::connect(&url).await.unwrap() });
        while connecting.len() >= AT_ONCE || (client + 1 == clients && !connecting.is_empty()) {
            let jobs = connecting.join_next().await.unwrap().unwrap();
            let server = server.clone();
            serving.spawn(async move { jobs.serve(&server, [wait_job().workers(workers)]).await });
        }
    }
    // All are at rest.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let start = (Instant::now(), statements(databases));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let idle = (statements(databases) - start.1) / start.0.elapsed().as_secs_f64();

    let items = clients * workers * usize::try_from(TIME.as_millis() / JOB.as_millis()).unwrap() / urls.len();
    let items = u32::try_from(items.min(20_000)).unwrap();
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for url in urls {
        let ctx = Context::background().with_value(Jobs::connect(url).await.unwrap());
        calls.spawn(async move { wait_all(&ctx, 0..items).await.map(|results| results.len()) });
    }
    // In the middle of the load.
    tokio::time::sleep(TIME / 2).await;
    let connections: Vec<_> = databases
        .iter()
        .filter_map(|server| server.psql("clients", "SELECT count(*) FROM pg_stat_activity WHERE datname = 'clients'"))
        .collect();
    let mut done = 0;
    while let Some(count) = calls.join_next().await {
        match count.unwrap() {
            Ok(count) => done += count,
            // Beyond the bend, the database does not even prolong leases any more.
            Err(why) => println!("{clients:>7} {workers:>7}  {why}"),
        }
    }
    let rate = done as f64 / start.elapsed().as_secs_f64();
    stop.cancel();
    while serving.join_next().await.is_some() {}
    Row { connections: connections.join(" + "), idle, rate }
}

/// The number of transactions so far. Each statement is one.
fn statements(databases: &[Postgres]) -> f64 {
    let sql = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'clients'";
    databases.iter().filter_map(|server| server.psql("clients", sql)?.parse::<f64>().ok()).sum()
}
