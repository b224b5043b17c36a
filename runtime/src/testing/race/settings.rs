//! What is tried, and how much of it.

use std::borrow::Cow;
use std::future::Future;
use std::panic::Location;

use super::replay::Replay;
use super::report::Report;
use super::search::Search;
use crate::context::Context;
use crate::testing::explore::{Common, TestName, replay, setters};
use crate::testing::output::TestOutput;

/// Runs a body of asynchronous code under many schedules, and reports the one under which it fails.
///
/// [`#[taskward::race_test]`](macro@crate::race_test) is made of it, and its page says what is
/// tried. Use this where a test wants to look at the [`Report`], or needs a body that is made at
/// run time.
///
/// Tasks are known, and so delayed, if they were spawned by taskward, or by code under the
/// attribute. What else is spawned runs in turn.
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
    /// Up to two delays, 2000 runs, a minute.
    pub fn new() -> Self {
        Self { common: Common::new(), replay: None, delays: 2, runs: 2000, seed: 0, pct: None }
    }

    setters!("schedule");

    /// How many delays are placed in a schedule, systematically. 2 by default.
    ///
    /// # Panics
    ///
    /// If it is 0, which leaves the one schedule that every test tries, or more than 8, which
    /// nobody can wait for.
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

    /// Tries schedules by random priorities instead of delays: PCT, which finds a bug that needs
    /// `depth` orderings of operations with a probability that has a bound, and that the report
    /// says. Most bugs need 2 or 3.
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
    /// If it is 0, or more than 8.
    #[track_caller]
    pub fn pct(mut self, depth: u32) -> Self {
        assert!(
            (1..=8).contains(&depth),
            "`pct` is {depth}: a depth is a number from 1 to 8, and most bugs have 2 or 3"
        );
        self.pct = Some(depth);
        self
    }

    /// Chooses other schedules, where not all can be tried.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Runs only this schedule, which a failure printed: what `TASKWARD_REPLAY` does, for a test of
    /// its own. It is of that name.
    pub fn replay(mut self, schedule: impl Into<Cow<'static, str>>) -> Self {
        self.replay = Some(schedule.into());
        self
    }

    /// Runs `body` under one schedule after the other, until one of them fails.
    ///
    /// The context ends when a run does. If the environment has a `TASKWARD_REPLAY`, only that
    /// schedule is run.
    ///
    /// # Panics
    ///
    /// If `TASKWARD_REPLAY` cannot be read, or is of another test, or if the system gives no
    /// thread.
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
