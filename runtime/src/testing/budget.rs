//! Tokio's cooperative budget, by which a poll can be ended at any of its operations.
//!
//! Whatever waits in Tokio asks the budget of the poll first, and is pending if that is used up, as
//! if it had to wait. So burning all of it but `k` units before a poll makes operation `k + 1` of
//! that poll a place where the task is suspended, in code that knows nothing of it.

use std::mem::forget;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use tokio::task::coop::{has_budget_remaining, poll_proceed};

/// What Tokio gives to each poll.
pub(super) const WHOLE: u8 = 128;

/// What a poll did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    /// The operations that were let through.
    pub(crate) operations: u8,
    /// One more was asked for, and refused.
    pub(crate) refused: bool,
    /// The future is ready.
    pub(crate) ended: bool,
}

/// Polls, and counts the operations.
pub(crate) fn counted<T>(cx: &mut Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> (Poll<T>, Spent) {
    let polled = poll(cx);
    let ended = polled.is_ready();
    (polled, Spent { operations: WHOLE - burn(WHOLE), refused: false, ended })
}

/// Polls, and lets only so many operations through. If that suspends the task, it is at the back of
/// the queue.
pub(crate) fn limited<T>(
    operations: u8,
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
) -> (Poll<T>, Spent) {
    burn(WHOLE.saturating_sub(operations));
    let waker = Once::waker(cx.waker());
    let polled = poll(&mut Context::from_waker(&waker));
    let left = burn(WHOLE);
    let refused = polled.is_pending() && left == 0;
    if refused {
        waker.wake();
    }
    let ended = polled.is_ready();
    (polled, Spent { operations: operations.saturating_sub(left), refused, ended })
}

/// Takes up to so many units away. Returns how many there were. Outside of a budget nothing is ever
/// used up.
pub(super) fn burn(units: u8) -> u8 {
    let mut cx = Context::from_waker(Waker::noop());
    for burnt in 0..units {
        if !has_budget_remaining() {
            return burnt;
        }
        // To forget the unit is to spend it, in fewer steps than to say that something was made of
        // it. This is half of what a schedule costs.
        if let Poll::Ready(unit) = poll_proceed(&mut cx) {
            forget(unit);
        }
    }
    units
}

/// Wakes once. Tokio wakes what had no budget left when the queue is empty; by then, the task has
/// had its turn.
struct Once {
    waker: Waker,
    fired: AtomicBool,
}

impl Once {
    fn waker(waker: &Waker) -> Waker {
        Waker::from(Arc::new(Self { waker: waker.clone(), fired: AtomicBool::new(false) }))
    }
}

impl Wake for Once {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.fired.swap(true, Relaxed) {
            self.waker.wake_by_ref();
        }
    }
}
