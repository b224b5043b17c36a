//! The findings of a test about its tasks.

use std::fmt;
use std::io::{self, Write};
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::blocked::{self, Blocked};
use super::live::LiveTask;
use super::panics::{TaskPanic, UNRECEIVED};
use super::session::Session;
use super::task::Task;

/// The tasks that may outlive their test.
#[derive(Clone, Debug, Default)]
pub(super) struct Exceptions {
    /// Texts to match with the paths where a task was spawned or waits, or with its name.
    pub(super) places: Vec<&'static str>,
    /// The number of tasks with unknown places.
    pub(super) others: usize,
}

impl Exceptions {
    fn have(&self, task: &Task) -> bool {
        let stacks = task.seen.stacks();
        self.places.iter().any(|text| {
            task.info.spawned_at().file().contains(text)
                || task.info.name().is_some_and(|name| name.contains(text))
                || stacks.as_ref().is_some_and(|stacks| stacks.mention(text))
        })
    }
}

/// The failures of a test other than its own assertions.
///
/// ```
/// use taskward::testing::Test;
///
/// let (output, findings) = Test::new("sums").findings(|_| async { 1 + 1 });
/// assert!(output == Some(2) && findings.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Findings {
    pub(super) test: &'static str,
    pub(super) hung: Option<Duration>,
    pub(super) alive: Vec<LiveTask>,
    pub(super) others: usize,
    pub(super) blocked_threads: bool,
    pub(super) panics: Vec<TaskPanic>,
    pub(super) blocked: Vec<String>,
}

impl Findings {
    /// Returns the time limit of the test, if it was exceeded.
    #[must_use]
    pub const fn hung(&self) -> Option<Duration> {
        self.hung
    }

    /// Returns the tasks that outlived the test, or all live tasks if it exceeded its time limit.
    #[must_use]
    pub fn tasks(&self) -> &[LiveTask] {
        &self.alive
    }

    /// Returns the number of further live tasks whose spawn is unknown.
    #[must_use]
    pub const fn others(&self) -> usize {
        self.others
    }

    /// Returns the polls that blocked their thread, as the report describes them.
    #[must_use]
    pub fn blocked(&self) -> &[String] {
        &self.blocked
    }

    /// Returns the panics that ended a task and were not received.
    #[must_use]
    pub fn panics(&self) -> &[TaskPanic] {
        &self.panics
    }

    /// Returns whether there is nothing to report.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { hung, panics, blocked, .. } = self;
        hung.is_none() && !self.has_leaks() && panics.is_empty() && blocked.is_empty()
    }

    /// Removes and returns the findings that are only printed.
    pub(super) fn split_off(&mut self, [leaks, blocked, panics]: [bool; 3]) -> Self {
        let mut warnings = Self { test: self.test, ..Self::default() };
        if leaks && self.hung.is_none() {
            warnings.alive = mem::take(&mut self.alive);
            warnings.others = mem::take(&mut self.others);
            warnings.blocked_threads = mem::take(&mut self.blocked_threads);
        }
        if blocked {
            warnings.blocked = mem::take(&mut self.blocked);
        }
        if panics {
            warnings.panics = mem::take(&mut self.panics);
        }
        warnings
    }

    pub(super) fn has_leaks(&self) -> bool {
        !self.alive.is_empty() || self.others > 0 || self.blocked_threads
    }

    /// Returns the report without the messages of users' panics.
    pub(super) fn own_words(&self) -> String {
        let report = Self { panics: Vec::new(), ..self.clone() }.to_string();
        if self.panics.is_empty() { report } else { report + UNRECEIVED }
    }

    pub(super) fn see(&mut self, tasks: &[Arc<Task>], others: usize) {
        self.see_unless(&Exceptions::default(), tasks, others);
    }

    /// Records live tasks, except allowed leaks.
    pub(super) fn see_unless(&mut self, exceptions: &Exceptions, tasks: &[Arc<Task>], others: usize) {
        let leaks = tasks.iter().filter(|task| !exceptions.have(task));
        self.alive = leaks.map(|task| LiveTask::see(task)).collect();
        self.alive.sort_by_key(|task| {
            let at = task.info().spawned_at();
            (!task.is_body(), at.file(), at.line(), at.column())
        });
        self.others = others.saturating_sub(exceptions.others);
    }

    /// Creates the report of a test that does not answer because it blocks its thread.
    pub(super) fn of_blocked(test: &'static str, hung: Option<Duration>, session: &Session, runtime: &Handle) -> Self {
        let mut report = Self { test, hung, ..Self::default() };
        report.see(&session.alive(), session.count_others(runtime));
        report
    }

    pub(super) fn note_blocked(&mut self, blocked: &[Blocked]) {
        let mut listed: Vec<&Blocked> = Vec::new();
        for one in blocked {
            if !listed.iter().any(|known| blocked::same(known, one)) {
                listed.push(one);
                self.blocked.push(one.to_string());
            }
        }
    }

    fn fmt_tasks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut listed: Vec<&LiveTask> = Vec::new();
        for task in &self.alive {
            if listed.iter().any(|known| known.is_like(task)) {
                continue;
            }
            listed.push(task);
            match self.alive.iter().filter(|other| task.is_like(other)).count() {
                1 => writeln!(f, "    {task}")?,
                n => writeln!(f, "    {task} ({n} of them)")?,
            }
        }
        match self.others {
            0 => {}
            1 => writeln!(f, "    1 task that was spawned outside of the test, and is not known by place")?,
            n => writeln!(f, "    {n} tasks that were spawned outside of the test, and are not known by place")?,
        }
        if self.blocked_threads {
            writeln!(f, "    a thread of `spawn_blocking` that has not come back")?;
        }
        Ok(())
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let test = self.test;
        if let Some(time) = self.hung {
            writeln!(f, "the test `{test}` has not ended within {time:?}:")?;
            self.fmt_tasks(f)?;
        } else if self.has_leaks() {
            writeln!(f, "the test `{test}` has ended, and this has not:")?;
            self.fmt_tasks(f)?;
            writeln!(
                f,
                "help: join it, abort it, or spawn it in a `TaskGroup` that the test joins; \
                 if it is meant to live on: `leaks = allow`"
            )?;
        }
        for panic in &self.panics {
            writeln!(f, "in the test `{test}` {panic}")?;
        }
        if !self.panics.is_empty() {
            writeln!(
                f,
                "help: await its handle, or join its group, in the test; if it is meant to panic: `panics = allow`"
            )?;
        }
        for blocked in &self.blocked {
            writeln!(f, "in the test `{test}` {blocked}")?;
        }
        if !self.blocked.is_empty() {
            writeln!(f, "help: `spawn_blocking` has threads for that; if it is meant to be so: `blocked = allow`")?;
        }
        Ok(())
    }
}

/// Writes to standard error, uncaptured by the test harness.
pub(super) fn say(text: &str) {
    _ = io::stderr().write_all(text.as_bytes());
}
