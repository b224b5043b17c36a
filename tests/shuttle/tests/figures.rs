//! Finds each bug of `tests/proof` with shuttle and with taskward, and prints in how many runs.
//!
//! `bash tests/shuttle/run` runs it.

use std::cell::Cell;
use std::fmt::Write;
use std::fs;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, Runner};

/// The runs after which a bug counts as not found: the default of `race_test`.
const MOST_RUNS: usize = 2000;
const SEEDS: u64 = 11;
/// The depth of PCT: the default of shuttle's tests.
const DEPTH: usize = 3;

static SEED: AtomicU64 = AtomicU64::new(0);

fn seed() -> u64 {
    SEED.load(SeqCst)
}

include!(concat!(env!("OUT_DIR"), "/modules.rs"));

/// The parts of the tests that shuttle does not have.
mod port {
    use std::future::Future;

    use shuttle_tokio::sync::oneshot;
    use shuttle_tokio::task::JoinSet;

    /// Cancels one future of a run, when the scheduler lets another task do so.
    pub(crate) async fn cancellable<F: Future>(future: F) -> Option<F::Output> {
        if super::HAS_CANCELLED.get() {
            return Some(future.await);
        }
        let (cancel, cancelled) = oneshot::channel();
        let canceller = shuttle_tokio::spawn(async move { cancel.send(()) });
        shuttle_tokio::select! {
            biased;
            _ = cancelled => { super::HAS_CANCELLED.set(true); None }
            output = future => { canceller.abort(); Some(output) }
        }
    }

    pub(crate) trait JoinAll<T> {
        async fn join_all(self) -> Vec<T>;
    }

    impl<T: 'static> JoinAll<T> for JoinSet<T> {
        async fn join_all(mut self) -> Vec<T> {
            let mut outputs = Vec::new();
            while let Some(output) = self.join_next().await {
                outputs.push(output.unwrap());
            }
            outputs
        }
    }
}

thread_local! {
    static HAS_CANCELLED: Cell<bool> = const { Cell::new(false) };
}

type Body = fn() -> Pin<Box<dyn Future<Output = ()>>>;

struct Bug {
    name: &'static str,
    expected: &'static str,
    /// The body with shuttle's types, and the repaired one.
    bodies: [Body; 2],
    /// The tests of taskward: by delays and by PCT, or of cancellation.
    tests: &'static [fn()],
}

macro_rules! bug {
    (race_test $name:ident, $title:literal, $expected:literal) => {
        bug!($name, $title, $expected, [$name::delays::found, $name::pct::found])
    };
    (cancel_test $name:ident, $title:literal, $expected:literal) => {
        bug!($name, $title, $expected, [$name::cancel::found])
    };
    ($name:ident, $title:literal, $expected:literal, [$($test:path),*]) => {
        Bug {
            name: $title,
            expected: $expected,
            bodies: [|| Box::pin($name::shuttle::found()), || Box::pin($name::shuttle::repaired())],
            tests: &[$($test),*],
        }
    };
}

const BUGS: &[Bug] = include!(concat!(env!("OUT_DIR"), "/bugs.rs"));

/// The run that found the bug, and the time for the whole search.
type Found = (Option<usize>, Duration);

fn by_shuttle(bug: &Bug, body: Body, scheduler: impl Scheduler + 'static) -> Found {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.silence_warnings = true;
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let begin = Instant::now();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        Runner::new(scheduler, config).run(move || {
            counted.fetch_add(1, SeqCst);
            HAS_CANCELLED.set(false);
            shuttle::future::block_on(body());
        })
    }));
    let time = begin.elapsed();
    let run = ended.err().map(|payload| {
        let message = message(&*payload);
        check(message.contains(bug.expected), bug, &message);
        runs.load(SeqCst)
    });
    (run, time)
}

fn by_taskward(bug: &Bug, test: fn()) -> Found {
    let begin = Instant::now();
    let ended = catch_unwind(test);
    let time = begin.elapsed();
    let run = ended.err().map(|payload| {
        let report = message(&*payload);
        check(report.contains(bug.expected), bug, &report);
        let (_, rest) = report.split_once(" failed in run ").expect(&report);
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    });
    (run, time)
}

/// Fails with a text, which the silent panic hook would hide.
fn check(is_right: bool, bug: &Bug, problem: &str) {
    if !is_right {
        eprintln!("{}: {problem}", bug.name);
        panic!();
    }
}

fn message(payload: &(dyn std::any::Any + Send)) -> String {
    match payload.downcast_ref::<String>() {
        Some(message) => message.clone(),
        None => payload.downcast_ref::<&str>().unwrap_or(&"a panic").to_string(),
    }
}

/// Returns the medians over the seeds: `run · time`.
fn medians(one: impl Fn(u64) -> Found) -> String {
    let found: Vec<Found> = (0..SEEDS).map(one).collect();
    let missed = found.iter().filter(|(run, _)| run.is_none()).count();
    let mut runs: Vec<_> = found.iter().filter_map(|(run, _)| *run).collect();
    let mut times: Vec<_> = found.iter().filter(|(run, _)| run.is_some()).map(|(_, time)| *time).collect();
    runs.sort_unstable();
    times.sort_unstable();
    if runs.is_empty() {
        return "no".to_owned();
    }
    let (run, time) = (runs[runs.len() / 2], times[times.len() / 2].as_secs_f64() * 1000.0);
    match missed {
        0 if time < 10.0 => format!("{run}, {time:.1} ms"),
        0 => format!("{run}, {time:.0} ms"),
        _ => format!("{run}, by {} of {SEEDS} seeds", found.len() - missed),
    }
}

#[test]
#[ignore = "a comparison: `bash tests/shuttle/run`"]
fn each_bug_by_shuttle_and_by_taskward() {
    let hook = take_hook();
    set_hook(Box::new(|_| ()));
    // The first report of a process reads the debug information.
    _ = catch_unwind(BUGS[0].tests[0]);
    let mut table = String::from(
        "| bug | shuttle, random | shuttle, PCT | `race_test` | `race_test(pct = 3)` | `cancel_test` |\n\
         |---|---|---|---|---|---|\n",
    );
    for bug in BUGS {
        let [found, repaired] = bug.bodies;
        for seed in 0..SEEDS {
            let passes = by_shuttle(bug, repaired, RandomScheduler::new_from_seed(seed, 100));
            check(passes.0.is_none(), bug, "the repaired variant fails");
        }
        let random = medians(|seed| by_shuttle(bug, found, RandomScheduler::new_from_seed(seed, MOST_RUNS)));
        let pct = medians(|seed| by_shuttle(bug, found, PctScheduler::new_from_seed(seed, DEPTH, MOST_RUNS)));
        let ours: Vec<_> = bug
            .tests
            .iter()
            .map(|test| {
                medians(|seed| {
                    SEED.store(seed, SeqCst);
                    by_taskward(bug, *test)
                })
            })
            .collect();
        let ours = match &ours[..] {
            [cancel] => format!("| | {cancel}"),
            [delays, pct] => format!("{delays} | {pct} |"),
            _ => unreachable!("a bug has one or two tests"),
        };
        writeln!(table, "| {} | {random} | {pct} | {ours} |", bug.name).unwrap();
    }
    set_hook(hook);
    fs::write(std::env::var("FIGURES").expect("`tests/shuttle/run` sets it"), table).unwrap();
}
