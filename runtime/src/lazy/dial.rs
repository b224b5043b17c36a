//! One call that wants the value: a look at it, the wait for its turn, the dial.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;

use super::Lazy;
use super::generated::LazyOutput;
use super::slot::Began;
use super::turn::Holder;

pin_project! {
/// What a `#[lazy]` function awaits.
///
/// Dropped in this order: whoever is next dials when what the body had is gone.
pub struct Dial<'l, R: LazyOutput, F> {
    lazy: &'l Lazy<R::Value>,
    #[pin]
    body: F,
    // Behind a pointer, because most calls find the value.
    wait: Option<Pin<Box<dyn Future<Output = Holder<'l>> + Send + 'l>>>,
    turn: Option<(Holder<'l>, Began)>,
}
}

impl<'l, R: LazyOutput, F> Dial<'l, R, F> {
    #[inline]
    pub(super) fn new(lazy: &'l Lazy<R::Value>, body: F) -> Self {
        Self { lazy, body, wait: None, turn: None }
    }
}

impl<R: LazyOutput, F: Future<Output = R::Made>> Future for Dial<'_, R, F> {
    type Output = R;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<R> {
        // Also where it has waited: a value that somebody has put there is as good as one that was dialled.
        if self.turn.is_none()
            && let Some(ready) = R::ready(self.lazy)
        {
            return Poll::Ready(ready);
        }
        self.poll_slowly(task)
    }
}

impl<'l, R: LazyOutput, F: Future<Output = R::Made>> Dial<'l, R, F> {
    #[cold]
    fn poll_slowly(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<R> {
        let this = self.project();
        let lazy: &'l Lazy<R::Value> = this.lazy;
        let (_, began) = match this.turn {
            Some(turn) => turn,
            None => {
                let wait = this.wait.get_or_insert_with(|| Box::pin(lazy.turn.take()));
                let holder = ready!(wait.as_mut().poll(task));
                *this.wait = None;
                let began = lazy.slot.begin();
                // The one before has dialled.
                if let Some(ready) = R::ready(lazy) {
                    return Poll::Ready(ready);
                }
                this.turn.insert((holder, began))
            }
        };
        let made = ready!(this.body.poll(task));
        let output = keep(lazy, *began, made);
        *this.turn = None;
        Poll::Ready(output)
    }
}

/// The same, for a thread.
pub(super) fn blocking<R: LazyOutput>(lazy: &Lazy<R::Value>, dial: impl FnOnce() -> R::Made) -> R {
    if let Some(ready) = R::ready(lazy) {
        return ready;
    }
    let _turn = lazy.turn.blocking_take();
    let began = lazy.slot.begin();
    if let Some(ready) = R::ready(lazy) {
        return ready;
    }
    keep(lazy, began, dial())
}

/// Where the value was given up while it was being made, it is the caller's alone.
fn keep<R: LazyOutput>(lazy: &Lazy<R::Value>, began: Began, made: R::Made) -> R {
    match R::take(made) {
        Ok(value) => {
            let value = Arc::new(value);
            lazy.slot.keep(began, &value);
            R::of(value)
        }
        Err(failed) => failed,
    }
}
