//! What is cancelled, and how much of it.

use std::borrow::Cow;
use std::env;
use std::future::Future;
use std::panic::Location;
use std::time::Duration;

use super::replay;
use super::report::CancelReport;
use super::search::Search;
use crate::context::Context;
use crate::roster::TaskInfo;
use crate::testing::output::TestOutput;
use crate::testing::race::{TestName, watch};
use crate::testing::run::{self, Manner};

/// Runs a body of asynchronous code again and again, and each time drops what it marks as [`cancellable`](super::cancellable()) at another place.
///
/// [`#[taskward::cancel_test]`](macro@crate::cancel_test) is made of it, and its page says what is tried. Use this where a test wants to look at
/// the [`CancelReport`], or needs a body that is made at run time.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use taskward::testing::{CancelTest, cancellable};
/// use tokio::sync::{Mutex as AsyncMutex, mpsc};
///
/// /// Takes an item out of the queue, and then has to wait to store it.
/// async fn store_next(queue: &mut mpsc::Receiver<u8>, stored: &AsyncMutex<Vec<u8>>) {
///     if let Some(item) = queue.recv().await {
///         stored.lock().await.push(item);
///     }
/// }
///
/// let report = CancelTest::new().explore(|_ctx| async {
///     let (items, mut queue) = mpsc::channel(1);
///     let stored = AsyncMutex::new(Vec::new());
///     items.send(7).await.unwrap();
///     if cancellable(store_next(&mut queue, &stored)).await.is_none() {
///         drop(items);
///         store_next(&mut queue, &stored).await;
///     }
///     assert_eq!(*stored.lock().await, [7], "an item is lost");
/// });
/// assert!(report.failures()[0].to_string().contains("an item is lost"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is cancelled until `explore` is called"]
pub struct CancelTest {
    name: Option<TestName>,
    pub(super) max_points: u32,
    pub(super) timeout: Duration,
    pub(super) max_polls: u32,
    pub(super) forces: bool,
    pub(super) manner: Manner,
}

impl Default for CancelTest {
    fn default() -> Self {
        Self::new()
    }
}

impl CancelTest {
    /// Up to 1000 suspension points, a minute.
    pub fn new() -> Self {
        Self {
            name: None,
            max_points: 1000,
            timeout: Duration::from_secs(60),
            max_polls: 100_000,
            forces: true,
            manner: Manner::VIRTUAL,
        }
    }

    /// The name by which `TASKWARD_REPLAY` knows it: without one, the place of [`explore`](Self::explore).
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.with_name(TestName::given(name.into()))
    }

    pub(crate) fn with_name(mut self, name: TestName) -> Self {
        self.name = Some(name);
        self
    }

    /// How many suspension points are tried at most, each in two runs. 1000 by default. If there are more, those that are tried are evenly spread.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn max_points(mut self, points: u32) -> Self {
        assert!(points > 0, "`max_points` is 0: a test that cancels nothing passes always");
        self.max_points = points;
        self
    }

    /// Cancels only where the future has to wait, and not at operations that are ready at once. Faster, and finds less.
    pub fn natural(mut self) -> Self {
        self.forces = false;
        self
    }

    /// After how much real time no further point is tried: 60 s by default. A run that does not end by itself is a failure some seconds
    /// after that.
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

    /// Timers take as long as they say. For bodies that wait for other threads, or for sockets: virtual time runs ahead of these.
    pub fn real_time(mut self) -> Self {
        self.manner = self.manner.real();
        self
    }

    /// Runs `body` once as it is, and then twice for each suspension point.
    ///
    /// The context ends when a run does. If the environment has a `TASKWARD_REPLAY`, only that point is run.
    ///
    /// # Panics
    ///
    /// If `TASKWARD_REPLAY` cannot be read, or is of another test, or if the system gives no thread.
    #[track_caller]
    pub fn explore<F, B>(&self, body: B) -> CancelReport
    where
        B: Fn(Context) -> F + Send + 'static,
        F: Future<Output: TestOutput> + 'static,
    {
        let place = Location::caller();
        let name = self.name.clone().unwrap_or_else(|| TestName::given(place.to_string().into()));
        let written = env::var(replay::VARIABLE).ok();
        let replay = match written.map(|text| replay::parse(&text, &name)).transpose() {
            Ok(replay) => replay,
            Err(problem) => panic!("{}: {problem}", replay::VARIABLE),
        };
        let settings = self.clone();
        let thread = name.to_string();
        let explored = watch::on_a_thread(thread.clone(), settings.timeout, move |pulse| {
            let run = |plan: &_, manner| run::run(&body, TaskInfo::new(None, place), plan, manner);
            Search::new(&settings, &name, &run, pulse).go(replay)
        });
        explored.unwrap_or_else(|stuck| CancelReport::of_stuck(thread, &stuck))
    }
}
