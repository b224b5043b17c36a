//! Workers that are processes, and die.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use taskward::{Context, ContextError, worker_pool};
use taskward_jobs::{Jobs, JobsError};

use crate::support::postgres::Postgres;
use crate::support::{Database, on_each_database};

/// The variable with the URL of a worker process.
const URL: &str = "TASKWARD_JOBS_TEST_URL";
/// The variable with the seconds for which the tests kill, instead of a minute on Postgres.
const SECONDS: &str = "TASKWARD_JOBS_KILL_SECONDS";

#[worker_pool(jobs = "squares", workers = 8, attempts = 20, backoff = "1ms..2ms", lease = "1s")]
async fn square(ctx: &Context, number: u64) -> Result<u64, ContextError> {
    ctx.sleep(Duration::from_millis(2 + number % 20)).await?;
    Ok(number * number)
}

#[worker_pool(jobs = "poison", workers = 1, attempts = 2, lease = "500ms", on_error = collect)]
async fn swallow(ctx: &Context, is_poison: bool) -> Result<u32, ContextError> {
    if is_poison {
        std::process::abort();
    }
    Ok(ctx.attempt())
}

/// `explodes`: a file that is not there before the first explosion.
#[worker_pool(jobs = "neighbours", workers = 1, attempts = 1, lease = "500ms", on_error = collect, allow(blocking_call))]
async fn neighbour(ctx: &Context, explodes: Option<PathBuf>) -> Result<u32, ContextError> {
    if let Some(explodes) = explodes.filter(|path| !path.exists()) {
        std::fs::write(explodes, "boom").unwrap();
        std::process::abort();
    }
    Ok(ctx.attempt())
}

/// Not a test: a worker process, which `Worker::start` starts. It ends with its standard input.
#[test]
#[ignore = "a process of the other tests here: `cargo test -p taskward-jobs --all-features --test jobs -- processes`"]
fn worker_process() {
    let Ok(url) = std::env::var(URL) else { return };
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let jobs = Jobs::connect(url).await.unwrap();
        jobs.serve(&Context::background(), [square_job(), swallow_job(), neighbour_job()]).await.unwrap();
    });
}

/// A worker process. Dropping it kills it.
struct Worker(Child);

impl Worker {
    fn start(url: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "processes::worker_process", "--nocapture"]).env(URL, url);
        Self(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn is_dead(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a worker again when it has died, for ever.
async fn supervise(url: &str) {
    for _ in 0..4 {
        let mut worker = Worker::start(url);
        while !worker.is_dead() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    panic!("a crash loop");
}

/// Kills one of four workers every second, while batches run.
async fn kill_for(database: &Database, seconds: u64) {
    let seconds = std::env::var(SECONDS).ok().and_then(|text| text.parse().ok()).unwrap_or(seconds);
    let ctx = database.caller().await;
    let mut workers: Vec<_> = (0..4).map(|_| Worker::start(&database.url)).collect();
    let (start, kills) = (Instant::now(), AtomicU64::new(0));
    let is_over = || start.elapsed() >= Duration::from_secs(seconds);
    let killing = async {
        while !is_over() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let victim = usize::try_from(kills.fetch_add(1, Ordering::Relaxed) % 4).unwrap();
            workers[victim] = Worker::start(&database.url);
        }
    };
    let calling = async {
        let mut count = 0;
        while !is_over() {
            let numbers = count..count + 2000;
            let squares = square_all(&ctx, numbers.clone()).await.unwrap();
            assert!(squares.iter().copied().eq(numbers.map(|number| number * number)), "lost, twice or out of order");
            count += 2000;
        }
        count
    };
    let ((), count) = tokio::join!(killing, calling);
    println!("{count} items in {:?}, {} workers killed", start.elapsed(), kills.load(Ordering::Relaxed));
    let dead = ctx.value::<Jobs>().unwrap().dead("squares").await.unwrap();
    assert!(dead.is_empty(), "{dead:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_item_has_one_result_while_processes_are_killed_on_postgres() {
    if let Some(database) = Database::postgres("killed") {
        kill_for(&database, 60).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_item_has_one_result_while_processes_are_killed_on_sqlite() {
    kill_for(&Database::sqlite(), 10).await;
}

on_each_database! {
    async fn an_item_that_kills_its_process_each_time_is_a_dead_letter(database: Database) {
        let ctx = database.caller().await;
        let results = tokio::select! {
            results = swallow_all(&ctx, [true, false]) => results,
            () = supervise(&database.url) => unreachable!(),
        };
        let why = results[0].as_ref().unwrap_err();
        let cause = why.cause().and_then(|cause| cause.downcast_ref());
        assert!(matches!(cause, Some(JobsError::Lost { .. })), "{why}");
        assert!(results[1].is_ok());
        let dead = ctx.value::<Jobs>().unwrap().dead("poison").await.unwrap();
        assert_eq!((dead.len(), dead[0].attempts, dead[0].item.as_str()), (1, 2, "true"));
    }

    async fn jobs_that_a_dead_process_had_not_begun_have_lost_no_attempt(database: Database) {
        let folder = tempfile::tempdir().unwrap();
        let mut items = vec![None; 400];
        items[200] = Some(folder.path().join("exploded"));
        let ctx = database.caller().await;
        let results = tokio::select! {
            results = neighbour_all(&ctx, items) => results,
            () = supervise(&database.url) => unreachable!(),
        };
        assert!(folder.path().join("exploded").exists());
        let lost: Vec<_> = results.iter().enumerate().filter(|(_, result)| result.is_err()).map(|(at, _)| at).collect();
        assert!(lost.is_empty() || lost == [200], "{lost:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_goes_on_when_postgres_is_killed_and_restarted() {
    let Some(postgres) = Postgres::start(&[]) else { return };
    let url = postgres.create("restarted");
    let worker = Worker::start(&url);
    let ctx = Context::background().with_value(Jobs::connect(&url).await.unwrap());
    let call = tokio::spawn(async move { square_all(&ctx, 0..4000).await });
    let postgres = tokio::task::spawn_blocking(move || {
        let until = Instant::now() + Duration::from_secs(20);
        let begun =
            || postgres.psql("restarted", "SELECT count(*) > 100 FROM taskward_results").is_some_and(|it| it == "t");
        while !begun() {
            assert!(Instant::now() < until, "no results");
            std::thread::sleep(Duration::from_millis(5));
        }
        postgres.kill();
        std::thread::sleep(Duration::from_secs(1));
        postgres.run();
        postgres
    });
    let postgres = postgres.await.unwrap();
    let squares = call.await.unwrap().unwrap();
    assert!(squares.into_iter().eq((0..4000).map(|number| number * number)));
    drop((worker, postgres));
}
