//! A whole call of a function that is `#[once]` and nothing else.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use super::cell::Once;
use super::initialize::Initialize;
use super::state::{Keep, Made};
use crate::context::Context;
use crate::init::lock::Place;

/// Looks for the value first: a call that finds it reads and writes no state of its own. Only a
/// call that finds none makes what it needs, in a box. So the future is small enough to be passed
/// in registers.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct OnceCall<'k, T, E, F, C, S, L> {
    /// Where it is kept: of a static, this takes no room.
    cell: C,
    slow: Slow<Initialize<'k, T, E, F>>,
    /// Makes what the slow way needs.
    start: S,
    lend: L,
}

/// The slow way, if the call has taken it. It is dropped out of line, for which other calls do not
/// pay.
struct Slow<I>(Option<Pin<Box<I>>>);

impl<I> Drop for Slow<I> {
    #[inline]
    fn drop(&mut self) {
        // Looked at first: taking writes.
        if self.0.is_some()
            && let Some(slow) = self.0.take()
        {
            out_of_line(|| drop(slow));
        }
    }
}

impl<T, E, F, C, S, L> OnceCall<'_, T, E, F, C, S, L> {
    #[inline]
    pub(super) fn new(cell: C, start: S, lend: L) -> Self {
        Self { cell, slow: Slow(None), start, lend }
    }
}

// Nothing in it is pinned but what is in the box.
impl<T, E, F, C, S, L> Unpin for OnceCall<'_, T, E, F, C, S, L> {}

impl<'k, T, E, F, C, S, L, R> Future for OnceCall<'k, T, E, F, C, S, L>
where
    F: Future<Output: Keep<T, E>>,
    C: Fn() -> &'k Once<T, E>,
    S: Fn() -> (Place, Option<Context>, F),
    L: Fn(Made<'k, T, E>) -> R,
{
    type Output = R;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<R> {
        match (self.cell)().state().kept.get() {
            Some(kept @ Ok(_)) => Poll::Ready((self.lend)(Ok(kept))),
            _ => out_of_line(|| {
                let Self { cell, slow, start, lend } = &mut *self;
                let slow = slow.0.get_or_insert_with(|| {
                    let (place, ctx, body) = start();
                    Box::pin(Initialize::new(cell().state(), place, ctx, body))
                });
                slow.as_mut().poll(task).map(lend)
            }),
        }
    }
}

/// Keeps `work` out of the code of its caller.
#[cold]
#[inline(never)]
fn out_of_line<R>(work: impl FnOnce() -> R) -> R {
    work()
}
