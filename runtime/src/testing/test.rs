//! What `#[taskward::test]` runs a test with.

use std::fmt;
use std::future::Future;
use std::panic::{Location, resume_unwind};
use std::thread;
use std::time::Duration;

use super::machine::Machine;
use super::panics;
use super::report::{Exceptions, Findings};
use crate::context::Context;

/// What becomes of something that a test is told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    Allow,
    /// It is printed.
    Warn,
    /// The test fails.
    Deny,
}

/// Said of a test that would pass although something else than what it expects has happened.
pub(super) const NOT_HIDDEN: &str = "`#[should_panic]` expects the panic of the test's own body, so this fails it; name it in `expected = …` if it is what is meant";

/// A test: a runtime of its own, and an eye on all that happens in it.
/// [`#[taskward::test]`](macro@crate::test) as a builder, for a harness of one's own.
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
    /// How long a test may take, unless [`timeout`](Self::timeout) says otherwise.
    pub const TIMEOUT: Duration = Duration::from_secs(60);
    /// How long tasks may take to end after the test, unless [`settle`](Self::settle) says
    /// otherwise.
    pub const SETTLE: Duration = Duration::from_millis(100);

    /// On the calling thread only, as `#[tokio::test]`.
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

    /// By its whole path, of which the harness says all but the crate.
    #[doc(hidden)]
    #[track_caller]
    pub fn named(path: &'static str) -> Self {
        Self::new(path.split_once("::").map_or(path, |(_, name)| name))
    }

    /// On as many threads as the machine has processors, unless
    /// [`worker_threads`](Self::worker_threads) says otherwise.
    pub fn multi_thread(mut self) -> Self {
        self.machine.multi_thread();
        self
    }

    /// In a `LocalRuntime`, where `spawn_local` works everywhere.
    pub fn local(mut self) -> Self {
        self.machine.local();
        self
    }

    /// The number of threads.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn worker_threads(mut self, threads: usize) -> Self {
        assert!(threads > 0, "`worker_threads` is 0: a runtime needs at least one");
        self.machine.worker_threads(threads);
        self
    }

    /// Whether the clock stands still, and jumps when everything waits for it. Not with several
    /// threads.
    pub fn start_paused(mut self, paused: bool) -> Self {
        self.machine.start_paused(paused);
        self
    }

    /// The name of the runtime.
    pub fn runtime_name(mut self, name: &str) -> Self {
        self.machine.name(name);
        self
    }

    /// How long the test may take, in real time, whatever its clock says.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// How long tasks may take to end after the test, by its clock: a paused one jumps.
    pub fn settle(self, settle: Duration) -> Self {
        Self { settle, ..self }
    }

    /// What becomes of tasks that outlive the test: unless set, it fails.
    pub fn leaks(self, leaks: Level) -> Self {
        Self { leaks, ..self }
    }

    /// Tasks with one of these texts in the path of the file where they were spawned, of a function
    /// or a file that they wait in, or in their name may outlive the test: those of a connection
    /// pool, say.
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
    /// Test::new("leaves a connection open").start_paused(true).leaks_at(["pool::idle"]).run(|ctx| async move {
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

    /// So many tasks that the test does not know by their places may outlive it.
    pub fn unknown_leaks(mut self, tasks: usize) -> Self {
        self.exceptions.others = tasks;
        self
    }

    /// What becomes of a poll that takes longer than 100 ms: unless set, it is printed.
    pub fn blocked(self, blocked: Level) -> Self {
        Self { blocked, ..self }
    }

    /// What becomes of a panic that ends a task and that nobody receives: unless set, the test
    /// fails.
    pub fn panics(self, panics: Level) -> Self {
        Self { panics, ..self }
    }

    /// Runs the test. The context of `body` ends when `body` has.
    ///
    /// # Panics
    ///
    /// If `body` does; and with a report if it does not end in time, tasks outlive it, or a task
    /// panics and nobody receives that. Inside of a Tokio runtime.
    #[track_caller]
    pub fn run<F: Future>(self, body: impl FnOnce(Context) -> F) -> F::Output {
        self.run_test(body, |_| false)
    }

    /// The same; if `has_failed` says so of the output, that is all there is to say.
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

    /// For a test with `#[should_panic]`: resumes the panic of `body` only if there is nothing else
    /// to report. A report is what was expected only if `expected` names it.
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

    /// Runs the test, and prints what is only a warning.
    fn judge<F: Future>(
        self,
        body: impl FnOnce(Context) -> F,
        has_failed: impl FnOnce(&F::Output) -> bool,
    ) -> (thread::Result<Option<F::Output>>, Findings) {
        let levels = [self.leaks, self.blocked, self.panics].map(|level| level == Level::Warn);
        let (output, mut findings) = self.examine(has_failed, body);
        // Where a harness that catches what a test prints finds it.
        eprint!("{}", findings.split_off(levels));
        (output, findings)
    }

    /// Runs the test, and says what there is to report instead of failing. There is no output if it
    /// did not end in time.
    ///
    /// # Panics
    ///
    /// If `body` does. Inside of a Tokio runtime.
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
