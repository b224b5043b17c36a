//! What must not be dropped, as it tells the calls around it.
//!
//! # Invariants
//!
//! 1. Whoever must not be dropped announces itself in each poll in which it is pending, to the innermost call (its frame). A frame
//!    whose body is pending keeps what was announced since it was entered, and hands it on to the frame around it. So
//!    each call knows what is below it, and of its siblings nothing.
//! 2. The numbers in the list of a thread only grow, and the frames on its stack are nested: what was announced below a frame
//!    has numbers from the first one that it noted. A body that is ready leaves its announcements behind; they are
//!    older than those of any frame to come, or belong to a frame around it.
//! 3. A frame costs a store when it is entered and one when it is left; whatever else there is to do, is done where a body is pending.
//! 4. What is announced is held weakly: it is over when its owner lets go of it, done or dropped.

use std::cell::RefCell;
use std::collections::HashSet;
use std::mem;
use std::sync::{Arc, Weak};
use std::task::Waker;

use super::{Context, frame};
use crate::sync::plain::{Mutex, get_mut, lock};

thread_local! {
    pub(super) static ANNOUNCED: RefCell<Announcements> = const { RefCell::new(Announcements::new()) };
}

/// Somebody who must not be dropped now, as long as there is a strong reference.
pub(crate) struct Active {
    /// Only once this context has ended.
    after: Option<Context>,
    waiting: Mutex<Vec<Waker>>,
}

impl Active {
    /// From now on.
    pub(crate) fn now() -> Arc<Self> {
        Arc::new(Self { after: None, waiting: Mutex::default() })
    }

    /// When `ctx` has ended.
    pub(crate) fn after(ctx: Context) -> Arc<Self> {
        Arc::new(Self { after: Some(ctx), waiting: Mutex::default() })
    }

    /// To be called whenever the owner is pending.
    pub(crate) fn announce(self: &Arc<Self>) {
        frame::note(|| ANNOUNCED.with_borrow_mut(|announced| announced.push(Arc::downgrade(self))));
    }

    fn is_active(&self) -> bool {
        // Looking ends the context of a flight whose callers have all run out of time.
        self.after.as_ref().is_none_or(|ctx| ctx.has_ended() || ctx.is_ending())
    }

    /// Wakes `waker` when it is over.
    fn wake_at_end(&self, waker: &Waker) {
        let mut waiting = lock(&self.waiting);
        if !waiting.iter().any(|known| known.will_wake(waker)) {
            waiting.push(waker.clone());
        }
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        for waker in mem::take(get_mut(&mut self.waiting)) {
            waker.wake();
        }
    }
}

/// A number, and who it is.
pub(crate) type Announcement = (u64, Weak<Active>);

/// Numbered announcements, oldest first.
#[derive(Default)]
pub(crate) struct Announcements {
    list: Vec<Announcement>,
    last: u64,
    /// When the list is this long, what is over and what is there twice is thrown out.
    tidy_at: usize,
}

impl Announcements {
    const fn new() -> Self {
        Self { list: Vec::new(), last: 0, tidy_at: 0 }
    }

    fn push(&mut self, active: Weak<Active>) -> u64 {
        self.tidy();
        self.last += 1;
        self.list.push((self.last, active));
        self.last
    }

    pub(super) fn since(&self, first: u64) -> &[Announcement] {
        &self.list[self.position(first)..]
    }

    pub(super) fn forget(&mut self, first: u64) {
        self.list.truncate(self.position(first));
    }

    fn position(&self, first: u64) -> usize {
        self.list.partition_point(|(number, _)| *number < first)
    }

    pub(crate) fn add(&mut self, others: &[Announcement]) {
        // The most common case by far: one, again and again.
        if let ([(_, known)], [(_, again)]) = (&self.list[..], others)
            && known.ptr_eq(again)
        {
            return;
        }
        self.tidy();
        self.list.extend_from_slice(others);
    }

    /// Of each that is not over the newest announcement is kept: it is in the range of every frame that an older one is in.
    fn tidy(&mut self) {
        if self.list.len() < self.tidy_at.max(16) {
            return;
        }
        let mut seen = HashSet::new();
        self.list.reverse();
        self.list.retain(|(_, active)| active.strong_count() > 0 && seen.insert(active.as_ptr()));
        self.list.reverse();
        self.tidy_at = 2 * self.list.len();
    }

    /// Whether one of them must not be dropped now. Then `waker` is woken when it is over.
    #[cold]
    pub(crate) fn hold(&mut self, waker: &Waker) -> bool {
        self.list.retain(|(_, active)| active.strong_count() > 0);
        let active =
            self.list.iter().rev().filter_map(|(_, active)| active.upgrade()).find(|active| active.is_active());
        active.inspect(|active| active.wake_at_end(waker)).is_some()
    }
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use super::super::frame::{Frame, Kind};
    use super::{ANNOUNCED, Active};

    fn length() -> usize {
        ANNOUNCED.with_borrow(|announced| announced.list.len())
    }

    #[test]
    fn a_thread_forgets_when_its_outermost_call_is_pending() {
        let active = Active::now();
        let outer = Frame::enter(Kind::CONTEXT);
        let inner = Frame::enter(Kind::LIMIT);
        active.announce();
        inner.suspend(|announced| assert_eq!(announced.len(), 1));
        assert_eq!(length(), 1);
        outer.suspend(|announced| assert_eq!(announced.len(), 1));
        assert_eq!(length(), 0);
    }

    #[test]
    fn what_calls_leave_behind_that_are_ready_does_not_grow_without_limit() {
        let lives_on = [Active::now(), Active::now()];
        for _ in 0..10_000 {
            let _ready = Frame::enter(Kind::CONTEXT);
            lives_on[0].announce();
            Active::now().announce();
            lives_on[1].announce();
        }
        assert!(length() <= 32, "{}", length());
        let call = Frame::enter(Kind::CONTEXT);
        lives_on[1].announce();
        call.suspend(|announced| assert_eq!(announced.len(), 1));
    }

    #[test]
    fn tidying_up_takes_nothing_from_the_calls_that_are_being_polled() {
        let (outer_one, inner_one) = (Active::now(), Active::now());
        let outer = Frame::enter(Kind::CONTEXT);
        outer_one.announce();
        for _ in 0..100 {
            let inner = Frame::enter(Kind::CONTEXT);
            outer_one.announce();
            inner_one.announce();
            Active::now().announce();
            inner.suspend(|announced| assert!(announced.iter().any(|(_, one)| one.as_ptr() == &raw const *inner_one)));
        }
        let mut kept = super::Announcements::default();
        outer.suspend(|announced| kept.add(announced));
        let waker = std::task::Waker::noop();
        drop(inner_one);
        assert!(kept.hold(waker));
        drop(outer_one);
        assert!(!kept.hold(waker));
    }
}
