//! Waits for a future on a plain thread.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use tokio::task::coop::unconstrained;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Polls the future until it is ready. Between polls the thread sleeps until it is woken, or for
/// the time that `at_most` returns.
///
/// Runs without Tokio's budget: inside a task that has exhausted its own, nothing would restore
/// it, and the future would stay pending.
pub(crate) fn park_on<F: Future>(future: F, at_most: impl Fn() -> Option<Duration>) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(unconstrained(future));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Task::from_waker(&waker)) {
            return output;
        }
        match at_most() {
            Some(left) => thread::park_timeout(left),
            None => thread::park(),
        }
    }
}
