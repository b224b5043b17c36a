//! [`Job`]: a function as a server knows it.

use std::fmt;
use std::num::NonZero;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use taskward::Context;

use crate::engine::types::Outcome;
use crate::output::JobOutput;
use crate::spec::Spec;

/// A function whose jobs a server works on: what `NAME_job(…)` of `#[worker_pool(jobs = …)]`
/// returns, for [`Jobs::serve`](crate::Jobs::serve).
#[must_use = "a job does nothing until it is served"]
pub struct Job {
    spec: &'static Spec,
    workers: usize,
    run: Run,
}

type Run = Arc<dyn Fn(Context, String) -> BoxFuture<'static, Report> + Send + Sync>;

/// The result of a call.
pub(crate) struct Report {
    pub(crate) outcome: Outcome,
    pub(crate) value: String,
}

impl Job {
    /// # Panics
    ///
    /// If `workers` is zero.
    pub(crate) fn new<T, R, F, C>(spec: &'static Spec, workers: Option<usize>, call: C) -> Self
    where
        T: DeserializeOwned + Send + 'static,
        R: JobOutput,
        F: Future<Output = R> + Send + 'static,
        C: FnMut(Context, T) -> F + Send + 'static,
    {
        assert!(workers != Some(0), "a worker pool needs at least one worker, and was given 0");
        let default = || std::thread::available_parallelism().map_or(1, NonZero::get);
        // Shared parameters need not be `Sync`: each call clones them under the lock.
        let call = Mutex::new(call);
        let run: Run = Arc::new(move |ctx, payload| match serde_json::from_str(&payload) {
            Ok(item) => {
                let future = call.lock().unwrap_or_else(PoisonError::into_inner)(ctx, item);
                AssertUnwindSafe(future).catch_unwind().map(Report::of).boxed()
            }
            Err(error) => {
                let value = error.to_string();
                std::future::ready(Report { outcome: Outcome::Undecodable, value }).boxed()
            }
        });
        Self { spec, workers: workers.unwrap_or_else(default), run }
    }

    /// Returns the name of the queue.
    #[must_use]
    pub fn queue(&self) -> &str {
        self.spec.queue
    }

    /// Returns the name of the function.
    #[must_use]
    pub fn function(&self) -> &str {
        self.spec.function
    }

    /// Sets the number of jobs of this function that one server runs at a time, instead of the
    /// attribute's `workers`.
    ///
    /// # Panics
    ///
    /// If `workers` is zero.
    pub fn workers(mut self, workers: usize) -> Self {
        assert!(workers > 0, "a worker pool needs at least one worker, and was given 0");
        self.workers = workers;
        self
    }

    pub(crate) fn spec(&self) -> &'static Spec {
        self.spec
    }

    pub(crate) fn limit(&self) -> usize {
        self.workers
    }

    pub(crate) fn run(&self, ctx: Context, payload: String) -> BoxFuture<'static, Report> {
        (self.run)(ctx, payload)
    }
}

impl Report {
    fn of<R: JobOutput>(result: std::thread::Result<R>) -> Self {
        match result {
            Ok(result) => match result.encode() {
                Ok(value) => {
                    let outcome = if result.is_failure() { Outcome::Error } else { Outcome::Output };
                    Self { outcome, value }
                }
                Err(error) => Self { outcome: Outcome::Undecodable, value: format!("its result: {error}") },
            },
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                let value = text.unwrap_or_else(|| "a value that is not a text".to_owned());
                Self { outcome: Outcome::Panicked, value }
            }
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("queue", &self.queue()).field("function", &self.function()).finish_non_exhaustive()
    }
}
