//! The options of a batch.

use std::time::{Duration, SystemTime};

/// The options of a batch, as a value of its caller's context.
///
/// ```
/// use std::time::Duration;
/// use taskward::Context;
/// use taskward_jobs::BatchOptions;
///
/// let options = BatchOptions::new().priority(-1).key("import of 2026-11-29");
/// let tonight = options.delay(Duration::from_secs(3600));
/// let ctx = Context::background().with_value(tonight);
/// ```
///
/// Every batch that is sent with that context has the options. A pool in the process ignores them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchOptions {
    priority: i32,
    start: Start,
    key: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Start {
    #[default]
    Now,
    After(Duration),
    At(SystemTime),
}

impl BatchOptions {
    /// Returns the defaults: priority 0, at once, without a key.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the priority: jobs with a higher one are taken first. The default is 0.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Sets a delay: the jobs are not taken before it has passed.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.start = Start::After(delay);
        self
    }

    /// Sets a start: the jobs are not taken before `at`, by the clock of the caller's machine.
    #[must_use]
    pub fn run_at(mut self, at: SystemTime) -> Self {
        self.start = Start::At(at);
        self
    }

    /// Makes two batches of one function with the same key one batch: the second caller gets the
    /// results of the first.
    ///
    /// A restarted program goes on where it was. The results are kept for a day. A
    /// batch that was cancelled, or ended with an error, begins anew. Callers with one key have to
    /// send the same items.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    pub(crate) fn get_priority(&self) -> i32 {
        self.priority
    }

    pub(crate) fn get_key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Returns the delay from now on.
    pub(crate) fn get_delay(&self) -> Duration {
        match self.start {
            Start::Now => Duration::ZERO,
            Start::After(delay) => delay,
            Start::At(at) => at.duration_since(SystemTime::now()).unwrap_or_default(),
        }
    }
}
