//! Runs a test and examines it.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::blocked;
use super::exit;
use super::hang::TimeLimit;
use super::panics;
use super::report::Findings;
use super::seen::Events;
use super::session::{Mode, Session};
use super::settle::{answers, ask, settle};
use super::task::Tracked;
use super::test::{Level, Test};
use crate::context::Context;
use crate::context::call::scope;
use crate::registry::TaskInfo;

/// Reported if a test has replaced the panic hook.
const NO_HOOK: &str = "the test has replaced the panic hook: panics in tasks that it does not know were not seen";
/// The time for values dropped with the runtime, if nothing is waited for.
const MOMENT: Duration = Duration::from_millis(100);
/// The time for threads of `spawn_blocking`, which cannot be aborted.
const THREADS: Duration = Duration::from_secs(1);

/// The output, and whether it means that the test has failed; `None` if the time was over, and an
/// error for a panic.
type Ended<T> = thread::Result<Option<(T, bool)>>;

impl Test {
    /// Returns the output, if the test ended in time, and the findings.
    pub(super) fn examine<F: Future>(
        self,
        has_failed: impl FnOnce(&F::Output) -> bool,
        body: impl FnOnce(Context) -> F,
    ) -> (thread::Result<Option<F::Output>>, Findings) {
        panics::install();
        let _runs = exit::runs(self.name);
        let running = self.machine.start(self.name);
        let began = Instant::now();
        let patience = (self.blocked != Level::Allow).then_some(blocked::PATIENCE);
        let events = Arc::new(Events::new(patience));
        let session = Session::new(Mode::Observed(events.clone()));
        let _here = session.on(running.handle().id());
        let limit = TimeLimit::start(self.timeout, {
            let (name, timeout) = (self.name, self.timeout);
            let (session, runtime) = (session.clone(), running.handle().clone());
            move || Findings::of_blocked(name, Some(timeout), &session, &runtime).to_string()
        });

        let mut report = Findings { test: self.name, ..Findings::default() };
        let ended = running.block_on(self.drive(&session, limit.as_ref(), body, has_failed, &mut report));
        report.note_blocked(&events.blocked());
        drop(limit);

        let is_well = matches!(&ended, Ok(Some((_, false)))) && !report.has_leaks();
        // Tasks known to hang or to go on are not waited for.
        let left = if is_well { self.timeout.saturating_sub(began.elapsed()).min(THREADS) } else { MOMENT };
        let has_threads = running.shut_down(left);
        if self.panics != Level::Allow {
            report.panics = session.panics().unreceived();
        }
        if !panics::is_installed() {
            eprintln!("{NO_HOOK}");
        }
        match ended {
            Err(payload) => (Err(payload), report),
            Ok(None) => (Ok(None), report),
            Ok(Some((output, true))) => (Ok(Some(output)), Findings { test: report.test, ..Findings::default() }),
            Ok(Some((output, false))) => {
                // Dropping many tasks takes long, too, so leaks make the time meaningless.
                report.blocked_threads = has_threads && is_well && self.leaks != Level::Allow;
                (Ok(Some(output)), report)
            }
        }
    }

    /// Runs the body, and then waits for its tasks.
    async fn drive<F: Future>(
        &self,
        session: &Arc<Session>,
        limit: Option<&TimeLimit>,
        body: impl FnOnce(Context) -> F,
        has_failed: impl FnOnce(&F::Output) -> bool,
        report: &mut Findings,
    ) -> Ended<F::Output> {
        let (ctx, canceller) = Context::background().with_cancel();
        let mut body = {
            let ctx = ctx.clone();
            let body = async move { body(ctx).await };
            Box::pin(session.track(body, TaskInfo::new(None, self.place)))
        };
        // Polls with the context as the current one, and catches a panic.
        let poll = |body: Pin<&mut Tracked<_>>, task: &mut task::Context<'_>| {
            let poll = || scope::with_context(&ctx, || body.poll(task));
            catch_unwind(AssertUnwindSafe(poll)).map_or_else(|panic| Poll::Ready(Err(panic)), |poll| poll.map(Ok))
        };
        let ended = TimeLimit::run(limit, poll_fn(|task| poll(body.as_mut(), task))).await;
        if let Some(ended) = ended {
            drop(body);
            let failed = ended.as_ref().map_or(!self.should_panic, has_failed);
            canceller.cancel_with("the test has ended");
            if !failed && self.leaks != Level::Allow {
                settle(session, self.settle, &self.exceptions, report).await;
            }
            return ended.map(|output| Some((output, failed)));
        }
        report.hung = Some(self.timeout);
        let tasks = session.alive();
        ask(&tasks);
        let last = poll_fn(|task| Poll::Ready(poll(body.as_mut(), task))).await;
        answers(&tasks).await;
        if last.is_ready() {
            drop(body);
        }
        report.see(&session.alive(), session.count_others(&Handle::current()));
        Ok(None)
    }
}
