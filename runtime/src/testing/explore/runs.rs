//! Runs a body many times.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::TestName;
use super::settings::Common;
use super::watch::CurrentRun;
use crate::testing::panics::Panic;
use crate::testing::race::journal::Detail;
use crate::testing::race::plan::{Plan, Record, Source};
use crate::testing::run::{Ending, Run, RunOptions};

/// Runs the body once.
pub(super) type Body<'b> = dyn Fn(&Arc<Plan>, RunOptions) -> Run + 'b;

/// The runs of a body.
pub(crate) struct Runs<'b> {
    pub(crate) name: &'b TestName,
    body: &'b Body<'b>,
    current: &'b CurrentRun,
    pub(crate) options: RunOptions,
    max_polls: u32,
    timeout: Duration,
    began: Instant,
}

impl<'b> Runs<'b> {
    pub(super) fn new(name: &'b TestName, common: &Common, body: &'b Body<'b>, current: &'b CurrentRun) -> Self {
        let Common { options, max_polls, timeout, .. } = *common;
        Self { name, body, current, options, max_polls, timeout, began: Instant::now() }
    }

    pub(crate) fn run(&self, source: Source, detail: Detail) -> (Run, Record) {
        let plan = Plan::new(source, detail, self.max_polls);
        self.current.begin(&plan);
        let run = (self.body)(&plan, self.options);
        (run, plan.record())
    }

    /// Returns whether the run failed because its runtime has no I/O driver. Enables the driver
    /// for further runs.
    pub(crate) fn need_io(&mut self, ending: Option<&Ending>) -> bool {
        let need = !self.options.has_io && ending.and_then(Ending::panic).is_some_and(Panic::speaks_of_io);
        self.options.has_io |= need;
        need
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Returns the time limit if it is over.
    pub(crate) fn time_is_up(&self) -> Option<Duration> {
        Some(self.timeout).filter(|timeout| self.elapsed() >= *timeout)
    }
}
