//! Futures that must not be dropped yet, and the announcements that tell the calls around them.
//!
//! # Invariants
//!
//! 1. A future that must not be dropped announces its hold to the innermost call (its frame) in
//!    each poll that leaves it pending. A frame whose body is pending keeps the announcements made
//!    since it was entered, and passes them on to the enclosing frame. So each call knows the
//!    holds inside it, and none of its siblings'.
//! 2. The numbers in the list of a thread only grow, and frames are nested: the announcements
//!    inside a frame are those from the first number that the frame noted. A ready body leaves its
//!    announcements behind; their numbers are lower than those of later frames, or belong to an
//!    enclosing frame.
//! 3. A frame costs a few stores; all other work happens only if the body is pending.
//! 4. Announcements are weak references: a hold ends when its owner finishes or is dropped.

use std::cell::RefCell;
use std::collections::HashSet;
use std::mem;
use std::ops::DerefMut;
use std::sync::{Arc, Weak};
use std::task::Waker;

use crate::context::call::frame::{self, Frame};
use crate::context::each::{each, resume};
use crate::context::handle::Context;
use crate::context::tree::node::Node;
use crate::sync::plain::{Mutex, get_mut, lock};

thread_local! {
    static ANNOUNCED: RefCell<HeldShields> = const { RefCell::new(HeldShields::new()) };
}

/// Keeps a future from being dropped while a strong reference exists.
pub(crate) struct Hold {
    /// The hold starts once this context has ended; `None`: at once.
    after: Option<Context>,
    waiting: Mutex<Vec<Waker>>,
}

impl Hold {
    pub(crate) fn now() -> Arc<Self> {
        Arc::new(Self { after: None, waiting: Mutex::default() })
    }

    pub(crate) fn after(ctx: Context) -> Arc<Self> {
        Arc::new(Self { after: Some(ctx), waiting: Mutex::default() })
    }

    /// Announces the hold to the innermost call. Must be called whenever the owner is pending.
    pub(crate) fn announce(self: &Arc<Self>) {
        frame::note(|| ANNOUNCED.with_borrow_mut(|announced| announced.push(Arc::downgrade(self))));
    }

    fn is_active(&self) -> bool {
        self.after.as_ref().is_none_or(Context::is_ending)
    }

    /// Wakes `waker` when the hold ends.
    fn wake_at_end(&self, waker: &Waker) {
        if lock(&self.waiting).iter().any(|known| known.will_wake(waker)) {
            return;
        }
        // Cloned outside of the lock. A duplicate would be harmless.
        let waker = waker.clone();
        lock(&self.waiting).push(waker);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        resume(each(mem::take(get_mut(&mut self.waiting)), Waker::wake));
    }
}

/// Numbered announcements of holds, oldest first.
#[derive(Default)]
pub(crate) struct HeldShields {
    list: Vec<(u64, Weak<Hold>)>,
    last: u64,
    /// The length at which ended holds and duplicates are removed.
    tidy_at: usize,
}

impl HeldShields {
    const fn new() -> Self {
        Self { list: Vec::new(), last: 0, tidy_at: 0 }
    }

    fn push(&mut self, hold: Weak<Hold>) -> u64 {
        self.tidy();
        self.last += 1;
        self.list.push((self.last, hold));
        self.last
    }

    fn since(&self, first: u64) -> &[(u64, Weak<Hold>)] {
        &self.list[self.position(first)..]
    }

    fn forget(&mut self, first: u64) {
        self.list.truncate(self.position(first));
    }

    fn position(&self, first: u64) -> usize {
        self.list.partition_point(|(number, _)| *number < first)
    }

    fn add(&mut self, others: &[(u64, Weak<Hold>)]) {
        // The most common case: the same hold, announced again.
        if let ([(_, known)], [(_, again)]) = (&self.list[..], others)
            && known.ptr_eq(again)
        {
            return;
        }
        self.tidy();
        self.list.extend_from_slice(others);
    }

    /// Keeps only the newest announcement of each hold: it is in the range of every frame that an
    /// older one is in.
    fn tidy(&mut self) {
        if self.list.len() < self.tidy_at.max(16) {
            return;
        }
        let mut seen = HashSet::new();
        self.list.reverse();
        self.list.retain(|(_, hold)| hold.strong_count() > 0 && seen.insert(hold.as_ptr()));
        self.list.reverse();
        self.tidy_at = 2 * self.list.len();
    }

    /// Returns whether one of the holds is active. If so, wakes `waker` at its end.
    #[cold]
    pub(crate) fn hold(&mut self, waker: &Waker) -> bool {
        self.list.retain(|(_, hold)| hold.strong_count() > 0);
        let hold = self.list.iter().rev().filter_map(|(_, hold)| hold.upgrade()).find(|hold| hold.is_active());
        hold.inspect(|hold| hold.wake_at_end(waker)).is_some()
    }
}

/// Leaves a call whose body is pending. Adds the announcements inside it to the list that `keep`
/// returns.
#[inline]
pub(crate) fn suspend<K: DerefMut<Target = HeldShields>>(frame: Frame, keep: impl FnOnce() -> Option<K>) {
    frame.suspend(|first, is_outermost| {
        ANNOUNCED.with_borrow_mut(|announced| {
            if let Some(mut kept) = keep() {
                kept.add(announced.since(first));
            }
            if is_outermost {
                announced.forget(first);
            }
        });
    });
}

/// Leaves a frame that is no call: passes its announcements on to the enclosing frame.
pub(crate) fn suspend_unheld(frame: Frame) {
    suspend(frame, || None::<&mut HeldShields>);
}

/// Leaves a call that no enclosing call waits for in the same task. Adds the announcements inside
/// it to `kept`, and passes none on.
pub(crate) fn suspend_apart(frame: Frame, kept: &mut HeldShields) {
    frame.suspend_silently(|first| {
        ANNOUNCED.with_borrow_mut(|announced| {
            kept.add(announced.since(first));
            announced.forget(first);
        });
    });
}

/// Leaves a call and stores its announcements in the call's node. Few calls have any, so their
/// futures reserve no room for them.
#[inline]
pub(crate) fn suspend_with(frame: Frame, node: &Node) {
    frame.suspend(|first, is_outermost| {
        ANNOUNCED.with_borrow_mut(|announced| {
            of_node(node, |kept| kept.add(announced.since(first)));
            if is_outermost {
                announced.forget(first);
            }
        });
    });
}

/// Returns whether a hold stored in the node is active. If so, wakes `waker` at its end.
#[inline]
pub(crate) fn holds(node: &Node, waker: &Waker) -> bool {
    node.watched_if_any().is_some() && of_node(node, |kept| kept.hold(waker))
}

#[cold]
fn of_node<R>(node: &Node, run: impl FnOnce(&mut HeldShields) -> R) -> R {
    // Moved out, so that no waker is cloned under the lock.
    let kept = lock(&node.watched().of_call).take();
    let mut kept = kept.and_then(|kept| kept.downcast::<HeldShields>().ok()).unwrap_or_default();
    let result = run(&mut kept);
    *lock(&node.watched().of_call) = Some(kept);
    result
}

/// Leaves a shield. The calls around it need no announcements from inside.
pub(crate) fn suspend_silently(frame: Frame) {
    frame.suspend_silently(|first| ANNOUNCED.with_borrow_mut(|announced| announced.forget(first)));
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use std::task::Waker;

    use super::{ANNOUNCED, HeldShields, Hold, suspend};
    use crate::context::call::frame::Frame;

    fn length() -> usize {
        ANNOUNCED.with_borrow(|announced| announced.list.len())
    }

    fn enter() -> Frame {
        Frame::enter(Waker::noop())
    }

    #[test]
    fn a_thread_forgets_when_its_outermost_call_is_pending() {
        let hold = Hold::now();
        let outer = enter();
        let inner = Frame::enter_limit(Waker::noop());
        hold.announce();
        let mut kept = HeldShields::default();
        suspend(inner, || Some(&mut kept));
        assert_eq!((kept.list.len(), length()), (1, 1));
        let mut kept = HeldShields::default();
        suspend(outer, || Some(&mut kept));
        assert_eq!((kept.list.len(), length()), (1, 0));
    }

    #[test]
    fn what_calls_leave_behind_that_are_ready_does_not_grow_without_limit() {
        let lives_on = [Hold::now(), Hold::now()];
        for _ in 0..10_000 {
            let _ready = enter();
            lives_on[0].announce();
            Hold::now().announce();
            lives_on[1].announce();
        }
        assert!(length() <= 32, "{}", length());
        let call = enter();
        lives_on[1].announce();
        let mut kept = HeldShields::default();
        suspend(call, || Some(&mut kept));
        assert_eq!(kept.list.len(), 1);
    }

    #[test]
    fn tidying_up_takes_nothing_from_the_calls_that_are_being_polled() {
        let (outer_one, inner_one) = (Hold::now(), Hold::now());
        let outer = enter();
        outer_one.announce();
        for _ in 0..100 {
            let inner = enter();
            outer_one.announce();
            inner_one.announce();
            Hold::now().announce();
            let mut kept = HeldShields::default();
            suspend(inner, || Some(&mut kept));
            assert!(kept.list.iter().any(|(_, one)| one.as_ptr() == &raw const *inner_one));
        }
        let mut kept = HeldShields::default();
        suspend(outer, || Some(&mut kept));
        let waker = Waker::noop();
        drop(inner_one);
        assert!(kept.hold(waker));
        drop(outer_one);
        assert!(!kept.hold(waker));
    }
}
