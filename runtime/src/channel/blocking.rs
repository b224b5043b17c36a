use std::future::{Future, poll_fn};
use std::pin::pin;

use tokio::runtime::Handle;

use crate::context::Context;
use crate::context::tree::runtime::watched;
use crate::park::park_on;

/// Runs a future that `ctx` interrupts, on a thread that may block.
#[track_caller]
pub(super) fn block_on<F: Future>(ctx: &Context, future: F) -> F::Output {
    if let Ok(runtime) = Handle::try_current() {
        // The runtime provides timers, and panics on a thread that must not block.
        return runtime.block_on(future);
    }
    // Outside of a runtime only this thread watches the deadline.
    let mut future = pin!(future);
    park_on(poll_fn(|task| watched(|| future.as_mut().poll(task))), || ctx.remaining())
}
