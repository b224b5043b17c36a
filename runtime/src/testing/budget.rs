//! Tokio's cooperative budget, with which a poll can be ended at any of its operations.
//!
//! Every operation of Tokio first takes a unit of the poll's budget, and is pending if none is
//! left, as if it had to wait. So burning all but `k` units before a poll suspends the task at
//! operation `k + 1` of that poll, in code that does not cooperate.

use std::mem::forget;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use tokio::task::coop::{has_budget_remaining, poll_proceed};

/// The budget that Tokio gives each poll.
pub(super) const WHOLE: u8 = 128;

/// The operations of a poll.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    /// The number of operations that proceeded.
    pub(crate) operations: u8,
    /// A further operation was refused.
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

/// Polls, and lets at most `operations` proceed. A task suspended by that goes to the back of the
/// queue.
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

/// Burns up to `units` units, and returns their number. Outside of a budget no unit is ever used
/// up.
pub(super) fn burn(units: u8) -> u8 {
    let mut cx = Context::from_waker(Waker::noop());
    for burnt in 0..units {
        if !has_budget_remaining() {
            return burnt;
        }
        // Forgetting the unit spends it, in fewer steps than `made_progress`. This is half the
        // cost of a schedule.
        if let Poll::Ready(unit) = poll_proceed(&mut cx) {
            forget(unit);
        }
    }
    units
}

/// Wakes once. Tokio wakes tasks without budget when the queue is empty; by then the task has had
/// its turn.
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
