//! A call with a time limit and a context. The body gets a derived context with the limit.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context as Task, Poll, Waker, ready};

use pin_project_lite::pin_project;
use tokio::time::Instant;

use super::frame::Frame;
use super::race::{State, StateProj, Within, polled_again};
use super::scope::{self, poll_with};
use super::{budget, spare};
use crate::context::handle::Context;
use crate::context::protect::held;
use crate::context::tree::key::Key;
use crate::context::tree::node::{Node, Source};
use crate::context::tree::observe::{self, OwnLimit};
use crate::error::ContextError;
use crate::limit::CallLimit;
use crate::outcome::Outcome;

/// The context of a limited call. Ends with the call.
pub(crate) struct CallContext(Context);

impl CallContext {
    /// Creates a child of `parent` that ends at `at`, or earlier if `parent` does.
    #[inline]
    pub(crate) fn new(parent: Context, limit: CallLimit, at: Option<Instant>) -> Self {
        let Context { node: parent, values } = parent;
        let above = parent.as_ref().and_then(|parent| parent.fixed_deadline());
        let at = at.filter(|at| above.is_none_or(|above| *at < above));
        let source = if at.is_some() { Source::Limit(limit) } else { Source::Cancel };
        Self(Context { node: Some(spare::take(parent, source, at)), values })
    }
}

impl Deref for CallContext {
    type Target = Context;

    #[inline]
    fn deref(&self) -> &Context {
        &self.0
    }
}

impl Drop for CallContext {
    #[inline]
    fn drop(&mut self) {
        if let Some(node) = self.0.node.take().and_then(spare::keep) {
            end(&node);
        }
    }
}

/// Ends a context that others may hold.
#[cold]
#[inline(never)]
fn end(node: &Arc<Node>) {
    node.cancel(ContextError::cancelled);
}

/// The state of a limited race that does not depend on its body.
///
/// The call waits for the parent of its context and for its own limit. The derived context has no
/// observers at first; contexts derived from it register there. Rarely used state lives in its
/// node.
struct WatchLimited<'a> {
    ctx: &'a Context,
    key: Option<Key>,
}

impl<'a> WatchLimited<'a> {
    #[inline]
    fn new(ctx: &'a Context) -> Self {
        Self { ctx, key: None }
    }

    #[inline]
    fn node(&self) -> &'a Arc<Node> {
        let Some(node) = self.ctx.node() else { unreachable!("the context of a call can end") };
        node
    }

    /// Returns the limit of the call itself, unless the parent ends earlier.
    #[inline]
    fn own(&self) -> Option<OwnLimit<'a>> {
        let node = self.node();
        Some(OwnLimit { limit: node.own_limit()?, at: node.fixed_deadline()? })
    }

    #[inline]
    fn parent(&self) -> Option<&'a Arc<Node>> {
        self.node().parent()
    }

    #[inline]
    fn may_poll(&mut self, waker: &Waker) -> bool {
        // The clock was read when the context was created; later polls rely on the timer.
        let has_ended = match self.key {
            Some(key) if !self.has_fired(key) => self.parent().is_some_and(Node::has_ended),
            Some(_) => self.ctx.has_ended(),
            None => {
                let is_zero = self.own().is_some_and(|own| own.limit.duration.is_some_and(|limit| limit.is_zero()));
                is_zero || self.parent().is_some_and(Node::has_ended)
            }
        };
        !has_ended || self.holds(waker)
    }

    /// Returns whether the limit may have passed.
    #[inline]
    fn has_fired(&self, key: Key) -> bool {
        observe::fired(key) != self.node().fired.load(Relaxed)
    }

    #[inline]
    fn note_fired(&self, key: Key) {
        self.node().fired.store(observe::fired(key), Relaxed);
    }

    fn suspend(&mut self, frame: Frame, waker: &Waker) -> bool {
        held::suspend_with(frame, self.node());
        self.wait(waker) || self.holds(waker)
    }

    /// Returns whether a shield or grace in the body holds it. If so, wakes `waker` at its end.
    #[inline]
    fn holds(&self, waker: &Waker) -> bool {
        held::holds(self.node(), waker)
    }

    fn wait(&mut self, waker: &Waker) -> bool {
        let parent = self.parent();
        let own = self.own();
        if let Some(key) = self.key {
            if self.has_fired(key) {
                self.note_fired(key);
                if self.ctx.has_ended() {
                    return false;
                }
            }
            return match (own, parent) {
                (None, Some(parent)) => parent.wait_again(key, waker),
                _ => observe::wait_again(key, waker, own),
            };
        }
        let uncovered = parent.filter(|parent| !scope::covers(parent, waker));
        let key = match (own, uncovered) {
            (Some(own), _) => observe::wait_limited(uncovered, own, waker),
            (None, Some(parent)) => parent.wait(waker),
            (None, None) => return true,
        };
        key.inspect(|key| self.note_fired(*key));
        self.key = key;
        key.is_some()
    }

    #[inline]
    fn leave(&mut self) {
        if let Some(key) = self.key.take() {
            observe::forget_limited(self.parent(), key);
        }
    }

    #[cold]
    fn why(&mut self) -> ContextError {
        self.leave();
        self.ctx.why()
    }
}

impl Drop for WatchLimited<'_> {
    #[inline]
    fn drop(&mut self) {
        self.leave();
    }
}

pin_project! {
    /// Races a body against the context of its call.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct RaceLimited<'a, F: Future> {
        watch: WatchLimited<'a>,
        #[pin]
        state: State<F, Within<F::Output>>,
    }

    impl<F: Future> PinnedDrop for RaceLimited<'_, F> {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.state.abandon(this.watch.ctx);
        }
    }
}

impl<'a, F: Future<Output: Outcome>> RaceLimited<'a, F> {
    #[inline]
    pub(crate) fn new(ctx: &'a CallContext, body: F) -> Self {
        Self { watch: WatchLimited::new(ctx), state: State::Running { body, verdict: Within::new() } }
    }
}

#[cold]
#[inline(never)]
fn interrupt<F: Future>(
    state: Pin<&mut State<F, Within<F::Output>>>,
    watch: &mut WatchLimited<'_>,
    task: &mut Task<'_>,
) -> Poll<F::Output> {
    ready!(budget::poll_spend(task));
    let verdict = state.interrupt(watch.ctx);
    Poll::Ready(verdict.interrupted(watch.why()))
}

impl<F: Future> Future for RaceLimited<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        if this.watch.may_poll(task.waker()) {
            let StateProj::Running { body, .. } = this.state.as_mut().project() else { polled_again() };
            let frame = Frame::enter(task.waker());
            let polled = poll_with(this.watch.ctx, body, task);
            if polled.is_ready() {
                drop(frame);
                this.state.set(State::Over);
                this.watch.leave();
                return polled;
            }
            if this.watch.suspend(frame, task.waker()) {
                return Poll::Pending;
            }
        }
        interrupt(this.state, this.watch, task)
    }
}
