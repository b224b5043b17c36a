//! The engine of `#[taskward::test]`.

use std::fmt;
use std::future::Future;
use std::panic::{Location, resume_unwind};
use std::thread;
use std::time::Duration;

use super::machine::{Flavor, Machine};
use super::panics;
use super::report::{Exceptions, Findings};
use crate::context::Context;

/// The consequence of a finding.
///
/// ```
/// use taskward::testing::{Level, Test};
///
/// Test::new("leaves tasks alone").leaks(Level::Allow).run(|_| async {});
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// No consequence.
    Allow,
    /// The finding is printed.
    Warn,
    /// The test fails.
    Deny,
}

/// Added to the report of a test that would otherwise pass because of an unexpected panic.
pub(super) const NOT_HIDDEN: &str = "`#[should_panic]` expects the panic of the test's own body, so this fails it; name it in `expected = …` if it is what is meant";

/// A test with its own runtime, which watches its tasks. [`#[taskward::test]`](macro@crate::test)
/// as a builder, for custom harnesses.
///
/// ```should_panic
/// use taskward::testing::Test;
///
/// Test::new("forgets its task").start_paused(true).run(|_ctx| async {
///     tokio::spawn(std::future::pending::<()>());
/// });
/// ```
#[must_use]
pub struct Test {
    pub(super) name: &'static str,
    pub(super) place: &'static Location<'static>,
    pub(super) machine: Machine,
    pub(super) timeout: Duration,
    pub(super) settle: Duration,
    pub(super) leaks: Level,
    pub(super) blocked: Level,
    pub(super) panics: Level,
    pub(super) should_panic: bool,
    pub(super) exceptions: Exceptions,
}

impl Test {
    /// The default [`timeout`](Self::timeout).
    pub const TIMEOUT: Duration = Duration::from_secs(60);
    /// The default [`settle`](Self::settle) time.
    pub const SETTLE: Duration = Duration::from_millis(100);

    /// Creates a test that runs on the calling thread, as `#[tokio::test]` does.
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            place: Location::caller(),
            machine: Machine::new(),
            timeout: Self::TIMEOUT,
            settle: Self::SETTLE,
            leaks: Level::Deny,
            blocked: Level::Warn,
            panics: Level::Deny,
            should_panic: false,
            exceptions: Exceptions { places: Vec::new(), others: 0 },
        }
    }

    /// Creates a test named by its whole path, which the harness prints without the crate.
    #[doc(hidden)]
    #[track_caller]
    pub fn named(path: &'static str) -> Self {
        Self::new(path.split_once("::").map_or(path, |(_, name)| name))
    }

    /// Runs the test on one thread per processor, unless [`worker_threads`](Self::worker_threads)
    /// sets their number.
    ///
    /// ```
    /// use taskward::testing::Test;
    ///
    /// Test::new("runs on two threads").multi_thread().worker_threads(2).run(|_| async {});
    /// ```
    pub fn multi_thread(mut self) -> Self {
        self.machine.flavor = Flavor::MultiThread;
        self
    }

    /// Runs the test in a `LocalRuntime`, where `spawn_local` works everywhere.
    pub fn local(mut self) -> Self {
        self.machine.flavor = Flavor::Local;
        self
    }

    /// Sets the number of threads.
    ///
    /// # Panics
    ///
    /// If `threads` is 0.
    #[track_caller]
    pub fn worker_threads(mut self, threads: usize) -> Self {
        assert!(threads > 0, "`worker_threads` is 0: a runtime needs at least one");
        self.machine.worker_threads = Some(threads);
        self
    }

    /// Pauses the clock, which then jumps to the next timer when all tasks wait. Not available
    /// with several threads.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskward::testing::Test;
    ///
    /// let test = Test::new("waits for an hour").start_paused(true);
    /// test.run(|_| tokio::time::sleep(Duration::from_secs(3600)));
    /// ```
    pub fn start_paused(mut self, paused: bool) -> Self {
        self.machine.start_paused = paused;
        self
    }

    /// Sets the name of the runtime.
    pub fn runtime_name(mut self, name: &str) -> Self {
        self.machine.name = Some(name.to_owned());
        self
    }

    /// Sets the time limit of the test, in real time even if its clock is paused.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets the time for tasks to end after the test, by its clock, which jumps if paused.
    pub fn settle(self, settle: Duration) -> Self {
        Self { settle, ..self }
    }

    /// Sets the consequence of tasks that outlive the test. By default the test fails.
    pub fn leaks(self, leaks: Level) -> Self {
        Self { leaks, ..self }
    }

    /// Allows tasks to outlive the test, such as those of a connection pool, if one of `places` is
    /// in their name, in the path of the file where they were spawned, or in the path of a
    /// function or file in which they wait.
    ///
    /// ```
    /// use taskward::testing::Test;
    ///
    /// mod pool {
    ///     pub async fn idle() {
    ///         tokio::sync::Notify::new().notified().await;
    ///     }
    /// }
    ///
    /// let test = Test::new("leaves a connection open").start_paused(true);
    /// let test = test.leaks_at(["pool::idle"]);
    /// test.run(|ctx| async move {
    ///     let group = taskward::TaskGroup::<()>::new(&ctx.detach());
    ///     group.spawn(|_| pool::idle());
    ///     tokio::task::yield_now().await;
    ///     std::mem::forget(group);
    /// });
    /// ```
    pub fn leaks_at(mut self, places: impl IntoIterator<Item = &'static str>) -> Self {
        self.exceptions.places = places.into_iter().collect();
        self
    }

    /// Allows this many tasks with unknown places to outlive the test.
    pub fn unknown_leaks(mut self, tasks: usize) -> Self {
        self.exceptions.others = tasks;
        self
    }

    /// Sets the consequence of a poll longer than 100 ms. By default it is printed.
    pub fn blocked(self, blocked: Level) -> Self {
        Self { blocked, ..self }
    }

    /// Sets the consequence of a panic that ends a task and is not received. By default the test
    /// fails.
    pub fn panics(self, panics: Level) -> Self {
        Self { panics, ..self }
    }

    /// Runs the test. The context of `body` ends when `body` does.
    ///
    /// # Panics
    ///
    /// If `body` panics. With a report if `body` does not end in time, tasks outlive it, or a task
    /// panics and the panic is not received. Inside of a Tokio runtime.
    #[track_caller]
    pub fn run<F: Future>(self, body: impl FnOnce(Context) -> F) -> F::Output {
        self.run_test(body, |_| false)
    }

    /// Like [`run`](Self::run). If `has_failed` returns true for the output, nothing else is
    /// reported.
    #[doc(hidden)]
    #[track_caller]
    pub fn run_test<F: Future>(
        self,
        body: impl FnOnce(Context) -> F,
        has_failed: impl FnOnce(&F::Output) -> bool,
    ) -> F::Output {
        let (output, findings) = self.judge(body, has_failed);
        match output {
            Err(payload) => resume_unwind(payload),
            Ok(Some(output)) if findings.is_empty() => output,
            Ok(_) => fail(&findings.to_string()),
        }
    }

    /// Runs a test with `#[should_panic]`: resumes the panic of `body` only if there is nothing
    /// else to report. A report counts as expected only if it contains `expected`.
    #[doc(hidden)]
    #[track_caller]
    pub fn run_should_panic<F: Future>(
        mut self,
        expected: &str,
        body: impl FnOnce(Context) -> F,
        has_failed: impl FnOnce(&F::Output) -> bool,
    ) {
        self.should_panic = true;
        let (output, findings) = self.judge(body, has_failed);
        if findings.is_empty() {
            if let Err(payload) = output {
                resume_unwind(payload);
            }
            return;
        }
        let report = findings.to_string();
        if !expected.is_empty() && findings.own_words().contains(expected) {
            fail(&report);
        }
        eprintln!("{report}{NOT_HIDDEN}");
    }

    /// Runs the test, and prints the warnings.
    fn judge<F: Future>(
        self,
        body: impl FnOnce(Context) -> F,
        has_failed: impl FnOnce(&F::Output) -> bool,
    ) -> (thread::Result<Option<F::Output>>, Findings) {
        let levels = [self.leaks, self.blocked, self.panics].map(|level| level == Level::Warn);
        let (output, mut findings) = self.examine(has_failed, body);
        // Printed where a capturing harness finds it.
        eprint!("{}", findings.split_off(levels));
        (output, findings)
    }

    /// Runs the test, and returns the findings instead of failing. Returns no output if the test
    /// did not end in time.
    ///
    /// # Panics
    ///
    /// If `body` panics. Inside of a Tokio runtime.
    pub fn findings<F: Future>(self, body: impl FnOnce(Context) -> F) -> (Option<F::Output>, Findings) {
        let (output, findings) = self.examine(|_| false, body);
        (output.unwrap_or_else(|payload| resume_unwind(payload)), findings)
    }
}

#[track_caller]
fn fail(report: &str) -> ! {
    if !panics::is_installed() {
        // The test's own hook may print nothing.
        eprint!("{report}");
    }
    panic!("{}", report.trim_end())
}

impl fmt::Debug for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Test").field("name", &self.name).field("machine", &self.machine).finish_non_exhaustive()
    }
}
