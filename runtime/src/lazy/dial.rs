//! One call that wants the value: a look at it, the wait for its turn, the dial.

use std::borrow::Borrow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;

use super::Lazy;
use super::generated::LazyOutput;
use super::slot::Began;
use crate::turn::{Holder, Place};

pin_project! {
/// What a `#[lazy]` function awaits.
///
/// Dropped in this order: whoever is next dials when what this body had is gone.
pub struct Dial<'l, R: LazyOutput, F, P> {
    lazy: &'l Lazy<R::Value>,
    #[pin]
    body: F,
    place: P,
    // `None` until it has been polled and found no value, as most calls never do.
    progress: Option<Progress<'l>>,
}
}

enum Progress<'l> {
    Waiting(Pin<Box<dyn Future<Output = Option<Holder<'l>>> + Send + 'l>>),
    Dialling(Box<(Holder<'l>, Began)>),
}

impl<'l, R: LazyOutput, F, P> Dial<'l, R, F, P> {
    #[inline]
    pub(super) fn new(lazy: &'l Lazy<R::Value>, body: F, place: P) -> Self {
        Self { lazy, body, place, progress: None }
    }
}

impl<R: LazyOutput, F: Future<Output = R::Made>, P: Borrow<Place>> Future for Dial<'_, R, F, P> {
    type Output = R;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<R> {
        if self.progress.is_none()
            && let Some(ready) = R::ready(self.lazy)
        {
            return Poll::Ready(ready);
        }
        self.poll_slowly(task)
    }
}

impl<R: LazyOutput, F: Future<Output = R::Made>, P: Borrow<Place>> Dial<'_, R, F, P> {
    #[cold]
    fn poll_slowly(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<R> {
        let mut this = self.project();
        let lazy = *this.lazy;
        loop {
            match this.progress {
                None => *this.progress = Some(Progress::Waiting(Box::pin(lazy.turn.take(*(*this.place).borrow())))),
                Some(Progress::Waiting(wait)) => {
                    // A value that somebody has put there is as good as one that was dialled. It leaves the line: the call may be kept for long.
                    if let Some(ready) = R::ready(lazy) {
                        *this.progress = None;
                        return Poll::Ready(ready);
                    }
                    let Some(holder) = ready!(wait.as_mut().poll(task)) else { unreachable!("{NEVER_CLOSED}") };
                    let began = lazy.slot.begin();
                    // The one before has dialled.
                    if let Some(ready) = R::ready(lazy) {
                        *this.progress = None;
                        return Poll::Ready(ready);
                    }
                    *this.progress = Some(Progress::Dialling(Box::new((holder, began))));
                }
                Some(Progress::Dialling(turn)) => {
                    let (holder, began) = &**turn;
                    let made = ready!(holder.run(|| this.body.as_mut().poll(task)));
                    let output = keep(lazy, *began, made);
                    *this.progress = None;
                    return Poll::Ready(output);
                }
            }
        }
    }
}

const NEVER_CLOSED: &str = "the turn at a value that may be given up has no end";

/// The same, for a thread.
#[inline]
#[track_caller]
pub(super) fn blocking<R: LazyOutput>(lazy: &Lazy<R::Value>, dial: impl FnOnce() -> R::Made, place: Place) -> R {
    match R::ready(lazy) {
        Some(ready) => ready,
        None => dial_blocking(lazy, dial, place),
    }
}

#[cold]
#[track_caller]
fn dial_blocking<R: LazyOutput>(lazy: &Lazy<R::Value>, dial: impl FnOnce() -> R::Made, place: Place) -> R {
    let Some(turn) = lazy.turn.blocking_take(place) else { unreachable!("{NEVER_CLOSED}") };
    let began = lazy.slot.begin();
    match R::ready(lazy) {
        Some(ready) => ready,
        None => keep(lazy, began, turn.run(dial)),
    }
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
