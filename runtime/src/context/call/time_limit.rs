use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context as Task, Poll, Waker, ready};

use once_cell::race::OnceBox;
use pin_project_lite::pin_project;
use scoped_tls::scoped_thread_local;
use tokio::time::Instant;

use super::at::At;
use super::budget;
use super::frame::Frame;
use super::limited::CallContext;
use super::race::{State, StateProj, Within, polled_again};
use super::scope::{self, Discard, Scope, poll_in};
use crate::context::handle::Context;
use crate::context::protect::held::{self, HeldShields};
use crate::context::tree::key::Key;
use crate::context::tree::observe::{self, OwnLimit};
use crate::error::ContextError;
use crate::limit::{CallLimit, Limit};
use crate::outcome::Outcome;
use crate::sync::plain::{Mutex, MutexGuard, lock};

scoped_thread_local! {
    /// The limit of the innermost call that has a limit and no context.
    pub(crate) static LIMIT: TimeLimit
}

/// The limit of a call, counted from its first poll. Creates the context that carries it on
/// demand.
pub(crate) struct TimeLimit {
    /// `None` for a computed limit, which is in `extra`.
    literal: Option<&'static Limit>,
    at: At,
    key: Option<Key>,
    /// The shard's `fired` counter when the limit had not passed yet.
    fired: u32,
    has_begun: bool,
    extra: OnceBox<Extra>,
}

/// State that few calls need.
struct Extra {
    limit: CallLimit,
    /// Set if the enclosing call has no context either: only that call knows its own.
    enclosing: OnceLock<Context>,
    context: OnceLock<CallContext>,
    held: Mutex<HeldShields>,
}

impl TimeLimit {
    #[inline]
    pub(crate) fn new(limit: CallLimit) -> Self {
        let (literal, extra) = match limit {
            CallLimit::Literal(limit) => (Some(limit), OnceBox::new()),
            CallLimit::Computed(_) | CallLimit::Shared(_) => (None, OnceBox::with_value(Box::new(Extra::new(limit)))),
        };
        Self { literal, at: At::NEVER, key: None, fired: 0, has_begun: false, extra }
    }

    /// Starts the clock.
    #[inline]
    fn begin(&mut self) {
        if !self.has_begun {
            self.has_begun = true;
            self.at = At::new(self.limit().duration.and_then(|limit| Instant::now().checked_add(limit)));
        }
    }

    #[inline]
    fn limit(&self) -> &Limit {
        match self.literal {
            Some(limit) => limit,
            None => &self.extra().limit,
        }
    }

    #[inline]
    fn may_poll(&mut self, waker: &Waker) -> bool {
        let has_passed = if let Some(key) = self.key {
            observe::fired(key) != self.fired && self.has_passed()
        } else {
            self.begin();
            self.limit().duration.is_some_and(|limit| limit.is_zero())
        };
        !has_passed || self.holds(waker)
    }

    #[cold]
    fn has_passed(&self) -> bool {
        self.at.instant().is_some_and(|at| Instant::now() >= at)
    }

    /// Enters the call with this limit.
    #[inline]
    fn enter(&self, waker: &Waker) -> Frame {
        let frame = Frame::enter_limit(waker);
        if frame.is_in_limit() {
            // Recorded before this call hides it.
            self.enclose();
        }
        frame
    }

    #[cold]
    fn enclose(&self) {
        if LIMIT.is_set() {
            LIMIT.with(|outer| self.extra().enclosing.get_or_init(|| outer.context()));
        }
    }

    /// Returns the context that carries this limit, a child of the enclosing call's context.
    pub(crate) fn context(&self) -> Context {
        let extra = self.extra();
        let ctx = extra.context.get_or_init(|| {
            let parent = extra.enclosing.get().cloned().unwrap_or_else(scope::enclosing);
            CallContext::new(parent, extra.limit.clone(), self.at.instant())
        });
        Context::clone(ctx)
    }

    #[cold]
    fn extra(&self) -> &Extra {
        self.extra.get_or_init(|| {
            let Some(limit) = self.literal else { unreachable!("a computed limit is there from the beginning") };
            Box::new(Extra::new(limit.into()))
        })
    }

    /// Handles a pending body. Returns false if the limit has passed and the body must be dropped.
    fn suspend(&mut self, frame: Frame, waker: &Waker) -> bool {
        held::suspend(frame, || Some(self.extra().held()));
        self.wait(waker) || self.holds(waker)
    }

    /// Registers for the limit. Returns false if it has passed.
    fn wait(&mut self, waker: &Waker) -> bool {
        let Some(at) = self.at.instant() else { return true };
        let Some(key) = self.key else {
            let own = OwnLimit { at, limit: self.limit() };
            let key = observe::wait_limited(None, own, waker);
            self.fired = key.map_or(0, observe::fired);
            self.key = key;
            return true;
        };
        if observe::fired(key) != self.fired {
            self.fired = observe::fired(key);
            if self.has_passed() {
                return false;
            }
        }
        observe::wait_again(key, waker, Some(OwnLimit { at, limit: self.limit() }))
    }

    /// Returns whether a shield or grace in the body holds it. If so, wakes `waker` at its end.
    #[inline]
    fn holds(&mut self, waker: &Waker) -> bool {
        self.extra.get().is_some_and(|extra| {
            // Moved out, so that no waker is cloned under the lock.
            let mut held = mem::take(&mut *extra.held());
            let holds = held.hold(waker);
            *extra.held() = held;
            holds
        })
    }

    #[inline]
    fn leave(&mut self) {
        if let Some(key) = self.key.take() {
            observe::forget_limited(None, key);
        }
    }
}

impl Scope for TimeLimit {
    fn discard(&self, body: Pin<&mut dyn Discard>) {
        let _frame = self.enter(Waker::noop());
        LIMIT.set(self, || body.discard());
    }
}

impl Extra {
    fn new(limit: CallLimit) -> Self {
        Self { limit, enclosing: OnceLock::new(), context: OnceLock::new(), held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, HeldShields> {
        lock(&self.held)
    }
}

impl Drop for TimeLimit {
    #[inline]
    fn drop(&mut self) {
        self.leave();
    }
}

pin_project! {
    /// A body with a time limit. Each poll checks the limit before the body.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Timed<F: Future> {
        limit: TimeLimit,
        #[pin]
        state: State<F, Within<F::Output>>,
    }

    impl<F: Future> PinnedDrop for Timed<F> {
        // Destructors in the body see the context of the call.
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.state.abandon(this.limit);
        }
    }
}

impl<F: Future<Output: Outcome>> Timed<F> {
    #[inline]
    pub(crate) fn new(limit: TimeLimit, body: F) -> Self {
        Self { limit, state: State::Running { body, verdict: Within::new() } }
    }
}

#[cold]
#[inline(never)]
fn interrupt<F: Future>(
    state: Pin<&mut State<F, Within<F::Output>>>,
    limit: &mut TimeLimit,
    task: &mut Task<'_>,
) -> Poll<F::Output> {
    ready!(budget::poll_spend(task));
    let verdict = state.interrupt(limit);
    limit.leave();
    Poll::Ready(verdict.interrupted(ContextError::deadline(limit.limit().clone())))
}

impl<F: Future> Future for Timed<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.limit.may_poll(task.waker()) {
            let StateProj::Running { body, .. } = this.state.as_mut().project() else { polled_again() };
            let frame = this.limit.enter(task.waker());
            let polled = poll_in(&LIMIT, this.limit, body, task);
            if polled.is_ready() {
                drop(frame);
                this.state.set(State::Over);
                this.limit.leave();
                return polled;
            }
            if this.limit.suspend(frame, task.waker()) {
                return Poll::Pending;
            }
        }
        interrupt(this.state, this.limit, task)
    }
}
