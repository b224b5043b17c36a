//! A call that needs the value: checks for it, waits for the lock, and runs the initializer.

use std::borrow::Borrow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;

use super::failures::{SharedFailure, Wait};
use super::output::{LazyOutput, ShareFailure};
use super::slot::Began;
use super::state::State;
use crate::context::Context;
use crate::init::lock::{InitGuard, Place};

/// The options of an initializing call: its name in messages, and whether it shares failures.
pub trait InitOptions<R> {
    const SHARES: bool;

    fn place(&self) -> Place;

    fn share(&self, failed: &R) -> Option<SharedFailure>;

    fn of_failure(&self, failure: &SharedFailure) -> Option<R>;
}

impl<R, P: Borrow<Place>> InitOptions<R> for P {
    const SHARES: bool = false;

    fn place(&self) -> Place {
        *self.borrow()
    }

    fn share(&self, _: &R) -> Option<SharedFailure> {
        None
    }

    fn of_failure(&self, _: &SharedFailure) -> Option<R> {
        None
    }
}

/// Shares the failure of an attempt with the callers that waited for it.
///
/// Function pointers instead of bounds at the use, so that a result that cannot be shared is a
/// single error.
pub struct Sharing<R, P> {
    place: P,
    share: fn(&R) -> Option<SharedFailure>,
    of_failure: fn(&SharedFailure) -> Option<R>,
}

impl<R: ShareFailure, P> Sharing<R, P> {
    pub(super) fn new(place: P) -> Self {
        Self { place, share: R::share, of_failure: R::of_failure }
    }
}

impl<R, P: Borrow<Place>> InitOptions<R> for Sharing<R, P> {
    const SHARES: bool = true;

    fn place(&self) -> Place {
        *self.place.borrow()
    }

    fn share(&self, failed: &R) -> Option<SharedFailure> {
        (self.share)(failed)
    }

    fn of_failure(&self, failure: &SharedFailure) -> Option<R> {
        (self.of_failure)(failure)
    }
}

pin_project! {
    /// The future that a `#[lazy]` function awaits.
    ///
    /// The fields are dropped in order: the next waiter starts once the body is gone.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Initialize<'l, R: LazyOutput, F, O> {
        state: &'l State<R::Value>,
        #[pin]
        body: F,
        options: O,
        // `None` until polled without finding a value, which is rare.
        progress: Option<Progress<'l>>,
    }
}

enum Progress<'l> {
    Waiting(Pin<Box<dyn Future<Output = Option<InitGuard<'l>>> + Send + 'l>>, Option<Wait<'l>>),
    Initializing(Box<(InitGuard<'l>, Began)>),
}

impl<'l, R: LazyOutput, F, O> Initialize<'l, R, F, O> {
    #[inline]
    pub(super) fn new(state: &'l State<R::Value>, body: F, options: O) -> Self {
        Self { state, body, options, progress: None }
    }
}

impl<R: LazyOutput, F: Future<Output = R::Made>, O: InitOptions<R>> Future for Initialize<'_, R, F, O> {
    type Output = R;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<R> {
        if self.progress.is_none()
            && let Some(ready) = R::ready(self.state)
        {
            return Poll::Ready(ready);
        }
        self.poll_slowly(task)
    }
}

impl<R: LazyOutput, F: Future<Output = R::Made>, O: InitOptions<R>> Initialize<'_, R, F, O> {
    #[cold]
    fn poll_slowly(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<R> {
        let mut this = self.project();
        let state = *this.state;
        loop {
            match this.progress {
                None => {
                    let shares = O::SHARES.then(|| state.failures.wait());
                    *this.progress = Some(Progress::Waiting(Box::pin(state.lock.lock(this.options.place())), shares));
                }
                Some(Progress::Waiting(wait, shares)) => {
                    // A value that was set meanwhile is as good. The call leaves the queue,
                    // because it may be kept for long.
                    if let Some(ready) = R::ready(state) {
                        *this.progress = None;
                        return Poll::Ready(ready);
                    }
                    let Some(guard) = ready!(wait.as_mut().poll(task)) else { unreachable!("{NEVER_CLOSED}") };
                    let began = state.slot.begin();
                    // The previous holder may have set the value.
                    let ready = R::ready(state).or_else(|| failure(&*this.options, shares.as_ref()));
                    if let Some(ready) = ready {
                        *this.progress = None;
                        return Poll::Ready(ready);
                    }
                    *this.progress = Some(Progress::Initializing(Box::new((guard, began))));
                }
                Some(Progress::Initializing(lock)) => {
                    let (guard, began) = &**lock;
                    let made = ready!(guard.run(|| this.body.as_mut().poll(task)));
                    let output = keep(state, &*this.options, *began, made);
                    *this.progress = None;
                    return Poll::Ready(output);
                }
            }
        }
    }
}

const NEVER_CLOSED: &str = "the lock of a value that can be invalidated is never closed";

/// Returns the failure of the attempt that the caller waited for.
fn failure<R>(options: &impl InitOptions<R>, wait: Option<&Wait<'_>>) -> Option<R> {
    options.of_failure(&wait?.failure()?)
}

/// [`Initialize`] for a thread.
#[inline]
#[track_caller]
pub(super) fn blocking<R: LazyOutput, O: InitOptions<R>>(
    state: &State<R::Value>,
    init: impl FnOnce() -> R::Made,
    options: &O,
) -> R {
    match R::ready(state) {
        Some(ready) => ready,
        None => block(state, init, options),
    }
}

#[cold]
#[track_caller]
fn block<R: LazyOutput, O: InitOptions<R>>(state: &State<R::Value>, init: impl FnOnce() -> R::Made, options: &O) -> R {
    let shares = O::SHARES.then(|| state.failures.wait());
    let Some(guard) = state.lock.blocking_lock(options.place()) else { unreachable!("{NEVER_CLOSED}") };
    let began = state.slot.begin();
    let ready = R::ready(state).or_else(|| failure(options, shares.as_ref()));
    drop(shares);
    match ready {
        Some(ready) => ready,
        None => keep(state, options, began, guard.run(init)),
    }
}

/// Stores the new value, unless the value was invalidated meanwhile: then only this caller gets
/// it.
fn keep<R: LazyOutput, O: InitOptions<R>>(state: &State<R::Value>, options: &O, began: Began, made: R::Made) -> R {
    match R::take(made) {
        Ok(value) => {
            let value = Arc::new(value);
            state.slot.keep(began, &value);
            R::of(value)
        }
        Err(failed) => {
            // After the end of the caller's context, an error may only report that end.
            if O::SHARES
                && !Context::current().has_ended()
                && let Some(failure) = options.share(&failed)
            {
                state.failures.add(failure);
            }
            failed
        }
    }
}
