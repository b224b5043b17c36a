//! A call of a function with `#[once]` and no other attribute.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use super::cell::Once;
use super::initialize::Initialize;
use super::state::{Keep, Made};
use crate::context::Context;
use crate::init::lock::Place;

/// Checks for the value first: a call that finds it touches no state of its own. All other state
/// is created after that, and boxed. Kept small enough to be passed in registers.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct OnceCall<'k, T, E, F, C, S, L> {
    /// The cell; zero-sized for a static.
    cell: C,
    slow: Slow<Initialize<'k, T, E, F>>,
    /// Creates the state of the slow path.
    start: S,
    lend: L,
}

/// The slow path, if taken. Dropped by a separate function only then, which other calls would pay
/// for.
struct Slow<I>(Option<Pin<Box<I>>>);

impl<I> Drop for Slow<I> {
    #[inline]
    fn drop(&mut self) {
        // Checked first, because taking writes.
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

// Only the contents of the box are pinned.
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

/// Keeps `work` out of its caller's code.
#[cold]
#[inline(never)]
fn out_of_line<R>(work: impl FnOnce() -> R) -> R {
    work()
}
