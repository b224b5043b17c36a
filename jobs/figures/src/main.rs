//! The figures of the README: one run, on a Postgres that it starts itself.
//!
//! `cargo run --release --manifest-path jobs/figures/Cargo.toml`, and with `-- clients` up to
//! 1,000 workers that are clients of their own.

#[path = "../../tests/support/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
mod postgres;

#[path = "../../tests/support/pooler.rs"]
mod pooler;

mod bare;
mod clients;
mod engine;
mod ours;

use std::time::Duration;

/// Jobs of each throughput run.
const JOBS: u32 = 20_000;
/// The jobs that run at a time.
const WORKERS: usize = 8;

#[tokio::main]
async fn main() {
    let args: Vec<_> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|arg| arg == "clients") {
        return clients::run(args.get(1).map(String::as_str)).await;
    }
    let Some(server) = postgres::Postgres::start(&[]) else { return };
    println!("{} trivial jobs, {WORKERS} at a time, medians of three runs, jobs a second", JOBS);
    let mut rates = [Vec::new(), Vec::new(), Vec::new()];
    for run in 0..3 {
        rates[0].push(ours::throughput(&server.create(&format!("ours_{run}")), JOBS, WORKERS).await);
        rates[1].push(engine::throughput(&server.create(&format!("engine_{run}")), JOBS, WORKERS).await);
        rates[2].push(bare::throughput(&server.create(&format!("bare_{run}")), JOBS, WORKERS).await);
    }
    let [ours, engine, bare] = rates.map(median);
    println!("  taskward-jobs, with results in order   {ours:>8.0}");
    println!("  apalis-postgres, results persisted     {engine:>8.0}   ratio {:.2}", ours / engine);
    println!("  bare SKIP LOCKED loop, one at a time   {bare:>8.0}   ratio {:.2}", ours / bare);

    println!("latency on an idle queue, median of 200");
    let ours = ours::latency(&server.create("ours_latency")).await;
    let engine = engine::latency(&server.create("engine_latency")).await;
    println!("  taskward-jobs, call to result          {ours:>8.1?}");
    println!("  apalis-postgres, push to handler       {engine:>8.1?}   beyond {:.1?}", ours.saturating_sub(engine));

    let rows = 1_000_000;
    let url = server.create("rows");
    let before = ours::throughput(&url, JOBS, WORKERS).await;
    server.psql(
        "rows",
        &format!(
            "INSERT INTO taskward_batches (queue, function, envelope, items, created_at, alive_until)
             VALUES ('old', 'old', '{{}}', {rows}, 0, 9000000000000);
             INSERT INTO taskward_results (batch, position, outcome, value)
             SELECT (SELECT max(id) FROM taskward_batches), n, 0, 'null' FROM generate_series(1, {rows}) n"
        ),
    );
    let after = ours::throughput(&url, JOBS, WORKERS).await;
    println!("{rows} finished rows: {before:.0} jobs a second before, {after:.0} after, factor {:.2}", before / after);

    println!("workers in 4 servers, jobs of 10 ms: jobs a second");
    for workers in [8, 32, 128, 256, 512, 1000] {
        let rate = ours::curve(&server.create(&format!("curve_{workers}")), workers, Duration::from_secs(5)).await;
        println!("  {workers:>5} workers {rate:>8.0}   of {:>7.0} without a limit", workers as f64 * 100.0);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
