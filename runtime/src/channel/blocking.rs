use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::Handle;

use crate::context::Context;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future that `ctx` interrupts, on a thread that may block.
#[track_caller]
pub(super) fn block_on<F: Future>(ctx: &Context, future: F) -> F::Output {
    if let Ok(runtime) = Handle::try_current() {
        // Its timers, and its panic on a thread that must not block.
        return runtime.block_on(future);
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Task::from_waker(&waker)) {
            return output;
        }
        // Outside of a runtime nothing but this thread watches the deadline.
        match ctx.remaining() {
            Some(left) => thread::park_timeout(left),
            None => thread::park(),
        }
    }
}
