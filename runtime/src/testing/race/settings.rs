//! The settings of a race test.

use std::borrow::Cow;
use std::future::Future;
use std::panic::Location;

use super::replay::Replay;
use super::report::Report;
use super::search::Search;
use crate::context::Context;
use crate::testing::explore::{Common, TestName, replay, setters};
use crate::testing::output::TestOutput;

/// Runs an async body under many schedules, and reports the one under which it fails.
///
/// The engine of [`#[taskward::race_test]`](macro@crate::race_test), whose page describes the
/// search. For tests that inspect the [`Report`] or create the body at run time.
///
/// Tasks spawned by taskward, or by code under the attribute, are tracked and so delayed. All
/// other tasks run in turn.
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
    pub(super) common: Common,
    replay: Option<Cow<'static, str>>,
    pub(super) delays: usize,
    pub(super) runs: usize,
    pub(super) seed: u64,
    pub(super) pct: Option<u32>,
}

impl Default for RaceTest {
    fn default() -> Self {
        Self::new()
    }
}

impl RaceTest {
    /// Creates a test of up to two delays and 2000 runs, for at most a minute.
    pub fn new() -> Self {
        Self { common: Common::new(), replay: None, delays: 2, runs: 2000, seed: 0, pct: None }
    }

    setters!("schedule");

    /// Sets the number of delays placed systematically in a schedule. Defaults to 2.
    ///
    /// # Panics
    ///
    /// If `delays` is 0, which leaves the one schedule that every test tries, or greater than 8,
    /// which would take too long.
    #[track_caller]
    pub fn delays(mut self, delays: usize) -> Self {
        assert!(delays > 0, "`delays` is 0: that leaves the one schedule that every test tries");
        assert!(delays <= 8, "`delays` is {delays}: that would take too long; most races need one or two");
        self.delays = delays;
        self
    }

    /// Sets the maximum number of schedules to try. Defaults to 2000.
    ///
    /// # Panics
    ///
    /// If `runs` is 0.
    #[track_caller]
    pub fn runs(mut self, runs: usize) -> Self {
        assert!(runs > 0, "`runs` is 0: this test runs no schedule, so it always passes");
        self.runs = runs;
        self
    }

    /// Tries schedules by random priorities (PCT) instead of delays. This finds a bug that needs
    /// `depth` orderings of operations with a minimum probability, which the report states. Most
    /// bugs need 2 or 3.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taskward::testing::RaceTest;
    /// use tokio::sync::Mutex;
    ///
    /// let report = RaceTest::new().pct(2).explore(|ctx| async move {
    ///     let balance = Arc::new(Mutex::new(0));
    ///     let group = taskward::TaskGroup::<()>::new(&ctx);
    ///     for _ in 0..2 {
    ///         let balance = balance.clone();
    ///         drop(group.spawn(|_ctx| async move {
    ///             let read = *balance.lock().await;
    ///             *balance.lock().await = read + 1;
    ///         }));
    ///     }
    ///     group.join().await;
    ///     assert_eq!(*balance.lock().await, 2);
    /// });
    /// assert!(report.failure().is_some());
    /// ```
    ///
    /// # Panics
    ///
    /// If `depth` is 0 or greater than 8.
    #[track_caller]
    pub fn pct(mut self, depth: u32) -> Self {
        assert!(
            (1..=8).contains(&depth),
            "`pct` is {depth}: a depth is a number from 1 to 8, and most bugs have 2 or 3"
        );
        self.pct = Some(depth);
        self
    }

    /// Sets the seed that selects the schedules if not all can be tried.
    ///
    /// ```
    /// use taskward::testing::RaceTest;
    ///
    /// let test = RaceTest::new().delays(1).runs(50).seed(7);
    /// test.explore(|_| tokio::task::yield_now()).unwrap();
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Runs only this schedule, printed by a failure. Like `TASKWARD_REPLAY`, for a test with the
    /// schedule's name.
    pub fn replay(mut self, schedule: impl Into<Cow<'static, str>>) -> Self {
        self.replay = Some(schedule.into());
        self
    }

    /// Runs `body` under one schedule after the other, until one of them fails.
    ///
    /// The context ends with each run. If the environment variable `TASKWARD_REPLAY` is set, only
    /// that schedule is run.
    ///
    /// # Panics
    ///
    /// If `TASKWARD_REPLAY` is invalid or belongs to another test, or if the system cannot create
    /// a thread.
    #[track_caller]
    pub fn explore<F, B>(&self, body: B) -> Report
    where
        B: Fn(Context) -> F + Send + 'static,
        F: Future<Output: TestOutput> + 'static,
    {
        let name = self.common.name(Location::caller());
        let replay = replay::wanted(self.replay.clone(), |written| Replay::parse(written, &name));
        let settings = self.clone();
        let explored = self.common.explore(&name, body, move |runs| Search::new(&settings, runs).go(replay));
        explored.unwrap_or_else(|stuck| Report::of_stuck(name, &stuck))
    }
}
