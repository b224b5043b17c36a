//! Futures that must not be dropped now, and how the calls around them come to know.
//!
//! # Invariants
//!
//! 1. A future that must not be dropped announces itself in each poll in which it is pending, to
//!    the innermost call (its frame). A frame whose body is pending keeps what was announced since
//!    it was entered, and hands it on to the frame around it. So each call knows what is below it,
//!    and of its siblings nothing.
//! 2. The numbers in the list of a thread only grow, and the frames on its stack are nested: what
//!    was announced below a frame has numbers from the first one that it noted. A body that is
//!    ready leaves its announcements behind; they are older than those of any frame to come, or
//!    belong to a frame around it.
//! 3. A frame costs a few stores; whatever else there is to do is done where a body is pending.
//! 4. What is announced is held weakly: it is over when its owner is done or dropped.

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

/// A future that must not be dropped now, as long as there is a strong reference.
pub(crate) struct Hold {
    /// Only once this context has ended.
    after: Option<Context>,
    waiting: Mutex<Vec<Waker>>,
}

impl Hold {
    /// From now on.
    pub(crate) fn now() -> Arc<Self> {
        Arc::new(Self { after: None, waiting: Mutex::default() })
    }

    /// Once `ctx` has ended.
    pub(crate) fn after(ctx: Context) -> Arc<Self> {
        Arc::new(Self { after: Some(ctx), waiting: Mutex::default() })
    }

    /// To be called whenever the owner is pending.
    pub(crate) fn announce(self: &Arc<Self>) {
        frame::note(|| ANNOUNCED.with_borrow_mut(|announced| announced.push(Arc::downgrade(self))));
    }

    fn is_active(&self) -> bool {
        self.after.as_ref().is_none_or(Context::is_ending)
    }

    /// Wakes `waker` when it is over.
    fn wake_at_end(&self, waker: &Waker) {
        if lock(&self.waiting).iter().any(|known| known.will_wake(waker)) {
            return;
        }
        // Cloned outside of the lock. That it is there twice then would do no harm.
        let waker = waker.clone();
        lock(&self.waiting).push(waker);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        resume(each(mem::take(get_mut(&mut self.waiting)), Waker::wake));
    }
}

/// Numbered announcements, oldest first.
#[derive(Default)]
pub(crate) struct HeldShields {
    list: Vec<(u64, Weak<Hold>)>,
    last: u64,
    /// The length at which what is over and what is there twice is thrown out.
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
        // The most common case by far: one, again and again.
        if let ([(_, known)], [(_, again)]) = (&self.list[..], others)
            && known.ptr_eq(again)
        {
            return;
        }
        self.tidy();
        self.list.extend_from_slice(others);
    }

    /// Of each that is not over the newest announcement is kept: it is in the range of every frame
    /// that an older one is in.
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

    /// Whether one of them must not be dropped now. Then `waker` is woken when it is over.
    #[cold]
    pub(crate) fn hold(&mut self, waker: &Waker) -> bool {
        self.list.retain(|(_, hold)| hold.strong_count() > 0);
        let hold = self.list.iter().rev().filter_map(|(_, hold)| hold.upgrade()).find(|hold| hold.is_active());
        hold.inspect(|hold| hold.wake_at_end(waker)).is_some()
    }
}

/// Leaves a call whose body is pending. What was announced below it goes to where `keep` says.
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

/// Leaves a frame that is no call of its own: what was announced in it goes to the frame around it.
pub(crate) fn suspend_unheld(frame: Frame) {
    suspend(frame, || None::<&mut HeldShields>);
}

/// Leaves a call for which nobody around it waits in the same task. What was announced below it
/// goes to `kept`, and to no call around it.
pub(crate) fn suspend_apart(frame: Frame, kept: &mut HeldShields) {
    frame.suspend_silently(|first| {
        ANNOUNCED.with_borrow_mut(|announced| {
            kept.add(announced.since(first));
            announced.forget(first);
        });
    });
}

/// The same, where they are kept with the node of the call: few calls have any, and each would have
/// room for them in its future.
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

/// Whether something that is kept with the node must not be dropped now. Then `waker` is woken when
/// it is over.
#[inline]
pub(crate) fn holds(node: &Node, waker: &Waker) -> bool {
    node.watched_if_any().is_some() && of_node(node, |kept| kept.hold(waker))
}

#[cold]
fn of_node<R>(node: &Node, run: impl FnOnce(&mut HeldShields) -> R) -> R {
    // Taken out, so that no waker is cloned under the lock.
    let kept = lock(&node.watched().of_call).take();
    let mut kept = kept.and_then(|kept| kept.downcast::<HeldShields>().ok()).unwrap_or_default();
    let result = run(&mut kept);
    *lock(&node.watched().of_call) = Some(kept);
    result
}

/// Leaves a shield: the calls around it need not know what is inside.
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
