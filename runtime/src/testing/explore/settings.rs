//! The common settings of race tests and cancel tests.

use std::future::Future;
use std::panic::Location;
use std::time::Duration;

use super::TestName;
use super::runs::Runs;
use super::watch::{self, Stuck};
use crate::context::Context;
use crate::registry::TaskInfo;
use crate::testing::output::TestOutput;
use crate::testing::run::{self, RunOptions};

#[derive(Clone, Debug)]
pub(crate) struct Common {
    pub(crate) name: Option<TestName>,
    pub(crate) timeout: Duration,
    pub(crate) max_polls: u32,
    pub(crate) options: RunOptions,
    pub(crate) allows_panics: bool,
}

impl Common {
    pub(crate) const fn new() -> Self {
        Self {
            name: None,
            timeout: Duration::from_secs(60),
            max_polls: 100_000,
            options: RunOptions::VIRTUAL,
            allows_panics: false,
        }
    }

    /// Returns the name, or else the place.
    pub(crate) fn name(&self, place: &Location<'_>) -> TestName {
        self.name.clone().unwrap_or_else(|| TestName::given(place.to_string().into()))
    }

    /// Runs `search` with `body` on its own thread.
    #[track_caller]
    pub(crate) fn explore<R, F, B>(
        &self,
        name: &TestName,
        body: B,
        search: impl FnOnce(Runs<'_>) -> R + Send + 'static,
    ) -> Result<R, Stuck>
    where
        R: Send + 'static,
        B: Fn(Context) -> F + Send + 'static,
        F: Future<Output: TestOutput> + 'static,
    {
        let (name, common, place) = (name.clone(), self.clone(), Location::caller());
        watch::on_a_thread(name.to_string(), self.timeout, move |current| {
            let run = |plan: &_, options| run::run(&body, TaskInfo::new(None, place), plan, options);
            search(Runs::new(&name, &common, &run, current))
        })
    }
}

/// The setters of a builder with a field `common`.
macro_rules! setters {
    ($tried:literal) => {
        /// Sets the name for `TASKWARD_REPLAY`. Defaults to the place of
        /// [`explore`](Self::explore).
        pub fn named(self, name: impl Into<std::borrow::Cow<'static, str>>) -> Self {
            self.with_name(TestName::given(name.into()))
        }

        pub(crate) fn with_name(mut self, name: TestName) -> Self {
            self.common.name = Some(name);
            self
        }

        #[doc = concat!("Sets the real time after which no further ", $tried, " is tried.")]
        ///
        /// Defaults to 60 s. A run that has not ended a few seconds later fails.
        ///
        /// # Panics
        ///
        /// If `timeout` is zero.
        #[track_caller]
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            assert!(!timeout.is_zero(), "`timeout` is zero: that leaves no time to run anything");
            self.common.timeout = timeout;
            self
        }

        /// Sets the maximum number of polls of a run. Defaults to 100,000.
        ///
        /// # Panics
        ///
        /// If `polls` is 0.
        #[track_caller]
        pub fn max_polls(mut self, polls: u32) -> Self {
            assert!(polls > 0, "`max_polls` is 0: a run needs at least one poll");
            self.common.max_polls = polls;
            self
        }

        /// Allows panics that end a task other than the body.
        pub fn allow_panics(mut self) -> Self {
            self.common.allows_panics = true;
            self
        }

        /// Lets timers take real time, for bodies that wait for other threads or for sockets,
        /// which virtual time would outrun.
        pub fn real_time(mut self) -> Self {
            self.common.options = self.common.options.real();
            self
        }
    };
}
pub(crate) use setters;
