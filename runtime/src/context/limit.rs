//! A time limit on a call that has no context parameter.

use std::cell::OnceCell;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;
use tokio::task::coop::{Unconstrained, unconstrained};
use tokio::time::{Instant, Sleep, sleep_until};

use super::announce::Announcements;
use super::current::LIMIT;
use super::frame::{Frame, Kind};
use super::race::{State, StateProj, Within, polled_again};
use super::{Context, OwnContext, current};
use crate::error::{ContextError, Limit};
use crate::outcome::Outcome;

/// How long a call may take, and what of it has been needed so far.
///
/// The clock is not read while the body has neither waited nor asked for its context: such a body cannot be
/// interrupted anyway, and reading the clock would cost more than all the rest of the call.
pub struct TimeLimit {
    /// `None` if the limit was computed: then it is in `needed` from the beginning.
    literal: Option<&'static Limit>,
    /// Emptied before it is dropped, by code that is not part of every call.
    needed: ManuallyDrop<OnceCell<Pin<Box<Needed>>>>,
}

impl Drop for TimeLimit {
    #[inline]
    fn drop(&mut self) {
        if self.needed.get().is_some() {
            self.clear();
        }
    }
}

pin_project! {
/// What a call needs that has to wait, or that asks for its context. Behind a pointer, because most calls do not.
struct Needed {
    limit: Limit,
    // When it ends; `None` if that is too far away to be represented.
    deadline: OnceCell<Option<Instant>>,
    #[pin]
    timer: Option<Unconstrained<Sleep>>,
    // Set while the enclosing call is one without a context, too: then only that call knows its context.
    enclosing: OnceCell<Context>,
    context: OnceCell<OwnContext>,
    // What in the body must perhaps not be dropped.
    announced: Announcements,
}
}

impl Needed {
    fn new(limit: Limit) -> Self {
        Self {
            limit,
            deadline: OnceCell::new(),
            timer: None,
            enclosing: OnceCell::new(),
            context: OnceCell::new(),
            announced: Announcements::default(),
        }
    }

    fn deadline(&self) -> Option<Instant> {
        *self.deadline.get_or_init(|| Instant::now().checked_add(self.limit.duration?))
    }

    #[cold]
    fn has_passed(&self) -> bool {
        match self.deadline.get() {
            Some(deadline) => deadline.is_some_and(|at| Instant::now() >= at),
            None => self.limit.duration.is_some_and(|limit| limit.is_zero()),
        }
    }
}

impl TimeLimit {
    #[inline]
    pub(crate) fn literal(limit: &'static Limit) -> Self {
        Self { literal: Some(limit), needed: ManuallyDrop::default() }
    }

    pub(crate) fn computed(limit: Limit) -> Self {
        let needed = OnceCell::from(Box::pin(Needed::new(limit)));
        Self { literal: None, needed: ManuallyDrop::new(needed) }
    }

    #[cold]
    fn clear(&mut self) {
        self.needed.take();
    }

    fn needed(&self) -> &Needed {
        self.needed.get_or_init(|| Box::pin(Needed::new(self.literal.copied().unwrap_or_default())))
    }

    /// Makes the call with this limit the innermost one.
    #[inline]
    fn enter(&self) -> Frame {
        let frame = Frame::enter(Kind::LIMIT);
        if frame.is_in_limit() {
            // Noted before this call hides it.
            LIMIT.get(|outer| self.enclose(outer));
        }
        frame
    }

    /// Notes the enclosing call, which has a limit and no context, too.
    #[cold]
    fn enclose(&self, outer: Option<&Self>) {
        if let Some(outer) = outer {
            self.needed().enclosing.get_or_init(|| outer.context());
        }
    }

    /// The context that carries this limit: a child of the enclosing call's.
    pub(crate) fn context(&self) -> Context {
        let needed = self.needed();
        let ctx = needed.context.get_or_init(|| {
            let parent = needed.enclosing.get().cloned().unwrap_or_else(current::enclosing);
            parent.limited(needed.deadline(), needed.limit)
        });
        Context::clone(ctx)
    }

    /// Whether the limit has passed, as far as it has begun.
    #[inline]
    fn has_passed(&self) -> bool {
        self.needed.get().is_some_and(|needed| needed.has_passed())
    }

    /// Waits for the limit.
    fn poll_passed(&mut self, task: &mut Task<'_>) -> Poll<()> {
        self.needed();
        let Some(needed) = self.needed.get_mut() else { return Poll::Pending };
        let Some(at) = needed.deadline() else { return Poll::Pending };
        let mut timer = needed.as_mut().project().timer;
        if timer.is_none() {
            timer.set(Some(unconstrained(sleep_until(at))));
        }
        timer.as_pin_mut().map_or(Poll::Pending, |timer| timer.poll(task))
    }

    /// The body is pending. Returns false if the limit has passed, and it must be dropped.
    fn suspend(&mut self, frame: Frame, task: &mut Task<'_>) -> bool {
        frame.suspend(|announced| {
            self.needed();
            if let Some(kept) = self.announced() {
                kept.add(announced);
            }
        });
        self.poll_passed(task).is_pending() || self.holds(task)
    }

    /// Whether something in the body must not be dropped now.
    #[cold]
    fn holds(&mut self, task: &Task<'_>) -> bool {
        self.announced().is_some_and(|announced| announced.hold(task.waker()))
    }

    fn announced(&mut self) -> Option<&mut Announcements> {
        self.needed.get_mut().map(|needed| needed.as_mut().project().announced)
    }

    fn exceeded(&self) -> ContextError {
        ContextError::deadline(self.needed().limit)
    }
}

pin_project! {
    /// A body that may take so long. The limit is looked at before the body, on each wake-up.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Timed<F: Future> {
        limit: TimeLimit,
        #[pin]
        state: State<F, Within<F::Output>>,
    }
}

impl<F: Future<Output: Outcome>> Timed<F> {
    #[inline]
    pub(crate) fn new(limit: TimeLimit, body: F) -> Self {
        Self { limit, state: State::Running { body, verdict: Within::new() } }
    }
}

impl<F: Future> Future for Timed<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if !this.limit.has_passed() || this.limit.holds(task) {
            let StateProj::Running { body, .. } = this.state.as_mut().project() else { polled_again() };
            let frame = this.limit.enter();
            let polled = {
                fluid_let::fluid_set!(LIMIT, &*this.limit);
                body.poll(task)
            };
            if polled.is_ready() {
                return polled;
            }
            if this.limit.suspend(frame, task) {
                return Poll::Pending;
            }
        }
        let verdict = this.state.interrupt();
        Poll::Ready(verdict.interrupted(this.limit.exceeded()))
    }
}
