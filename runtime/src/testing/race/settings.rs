//! What is tried, and how much of it.

use std::borrow::Cow;
use std::env;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::time::Duration;

use super::replay::{self, Replay};
use super::report::Report;
use super::search::Search;
use super::watch;
use crate::context::Context;
use crate::roster::TaskInfo;
use crate::testing::output::TestOutput;
use crate::testing::run::{self, Manner};

/// Runs a body of asynchronous code under many schedules, and reports the one under which it fails.
///
/// [`#[taskward::race_test]`](macro@crate::race_test) is made of it, and its page says what is tried. Use this where a test wants to look at
/// the [`Report`], or needs a body that is made at run time.
///
/// Tasks are known, and so delayed, if they were spawned by taskward, or by code under the attribute. What else is spawned runs in turn.
///
/// ```
/// use std::sync::Arc;
/// use taskward::testing::RaceTest;
/// use tokio::sync::Mutex;
///
/// let report = RaceTest::new().delays(1).explore(|ctx| async move {
///     let balance = Arc::new(Mutex::new(0));
///     let group = taskward::TaskGroup::<()>::new(&ctx);
///     for _ in 0..2 {
///         let balance = balance.clone();
///         group.spawn(|_ctx| async move {
///             let read = *balance.lock().await; // and lets go of it
///             *balance.lock().await = read + 1;
///         });
///     }
///     group.join().await;
///     assert_eq!(*balance.lock().await, 2);
/// });
/// assert!(report.failure().expect("an update is lost").to_string().contains("left: 1"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is explored until `explore` is called"]
pub struct RaceTest {
    name: Option<TestName>,
    replay: Option<Cow<'static, str>>,
    pub(super) delays: usize,
    pub(super) runs: usize,
    pub(super) timeout: Duration,
    pub(super) seed: u64,
    pub(super) max_polls: u32,
    pub(super) allows_panics: bool,
    pub(super) manner: Manner,
}

/// The name of a test: the path of its module, and of its function.
#[derive(Clone, Debug)]
pub struct TestName {
    path: Cow<'static, str>,
    /// `cargo test` knows it.
    is_test: bool,
}

impl TestName {
    pub(super) fn is_test(&self) -> bool {
        self.is_test
    }

    /// As `cargo test` prints it.
    #[must_use]
    pub fn new(module: &'static str, test: &'static str) -> Self {
        let path = match module.split_once("::") {
            Some((_, module)) => format!("{module}::{test}").into(),
            None => test.into(),
        };
        Self { path, is_test: true }
    }
}

impl TestName {
    pub(crate) fn given(name: Cow<'static, str>) -> Self {
        Self { path: name, is_test: false }
    }
}

impl fmt::Display for TestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl Default for RaceTest {
    fn default() -> Self {
        Self::new()
    }
}

impl RaceTest {
    /// Up to two delays, 2000 runs, a minute.
    pub fn new() -> Self {
        Self {
            name: None,
            replay: None,
            delays: 2,
            runs: 2000,
            timeout: Duration::from_secs(60),
            seed: 0,
            max_polls: 100_000,
            allows_panics: false,
            manner: Manner::VIRTUAL,
        }
    }

    /// The name by which `TASKWARD_REPLAY` knows it: without one, the place of [`explore`](Self::explore).
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.with_name(TestName { path: name.into(), is_test: false })
    }

    pub(crate) fn with_name(mut self, name: TestName) -> Self {
        self.name = Some(name);
        self
    }

    /// How many delays are placed in a schedule, systematically. 2 by default.
    ///
    /// # Panics
    ///
    /// If it is 0, which leaves the one schedule that every test tries, or more than 8, which nobody can wait for.
    #[track_caller]
    pub fn delays(mut self, delays: usize) -> Self {
        assert!(delays > 0, "`delays` is 0: that leaves the one schedule that every test tries");
        assert!(delays <= 8, "`delays` is {delays}: nobody can wait for so many; most races need one or two");
        self.delays = delays;
        self
    }

    /// How many schedules are tried at most. 2000 by default.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn runs(mut self, runs: usize) -> Self {
        assert!(runs > 0, "`runs` is 0: a test that runs no schedule passes always");
        self.runs = runs;
        self
    }

    /// After how much real time no further schedule is tried: 60 s by default. A run that does not end by itself is a failure some
    /// seconds after that.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[track_caller]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        assert!(!timeout.is_zero(), "`timeout` is zero: that leaves no time to run anything");
        self.timeout = timeout;
        self
    }

    /// Chooses other schedules, where not all can be tried.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// After how many polls a run is called endless. 100,000 by default.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn max_polls(mut self, polls: u32) -> Self {
        assert!(polls > 0, "`max_polls` is 0: a run without polls does nothing");
        self.max_polls = polls;
        self
    }

    /// A panic in a task is no failure, as long as the body does not care.
    pub fn allow_panics(mut self) -> Self {
        self.allows_panics = true;
        self
    }

    /// Timers take as long as they say. For bodies that wait for other threads, or for sockets: virtual time runs ahead of these.
    pub fn real_time(mut self) -> Self {
        self.manner = self.manner.real();
        self
    }

    /// Runs only this schedule, which a failure printed: what `TASKWARD_REPLAY` does, for a test of its own. It is of that name.
    pub fn replay(mut self, schedule: impl Into<Cow<'static, str>>) -> Self {
        self.replay = Some(schedule.into());
        self
    }

    /// Runs `body` under one schedule after the other, until one of them fails.
    ///
    /// The context ends when a run does. If the environment has a `TASKWARD_REPLAY`, only that schedule is run.
    ///
    /// # Panics
    ///
    /// If `TASKWARD_REPLAY` cannot be read, or is of another test, or if the system gives no thread.
    #[track_caller]
    pub fn explore<F, B>(&self, body: B) -> Report
    where
        B: Fn(Context) -> F + Send + 'static,
        F: Future<Output: TestOutput> + 'static,
    {
        let place = Location::caller();
        let name = self.name.clone().unwrap_or_else(|| TestName { path: place.to_string().into(), is_test: false });
        let written = self.replay.clone().or_else(|| env::var(replay::VARIABLE).ok().map(Into::into));
        let replay = match written.map(|written| Replay::parse(&written, &name)).transpose() {
            Ok(replay) => replay,
            Err(problem) => panic!("{}: {problem}", replay::VARIABLE),
        };
        let settings = self.clone();
        let of = name.clone();
        let explored = watch::on_a_thread(name.to_string(), settings.timeout, move |pulse| {
            let run = |plan: &_, manner| run::run(&body, TaskInfo::new(None, place), plan, manner);
            Search::new(&settings, &name, &run, pulse).go(replay)
        });
        explored.unwrap_or_else(|stuck| Report::of_stuck(of, &stuck))
    }
}
