//! A call that finds no value: waits for the lock, and runs the initializer.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;

use super::state::{Keep, Made, State};
use crate::context::Context;
use crate::init::lock::{InitGuard, Place};

pin_project! {
    /// The future that a `#[once]` function awaits if there is no value yet.
    ///
    /// The fields are dropped in order: the next waiter starts once the body is gone.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Initialize<'k, T, E, F> {
        state: &'k State<T, E>,
        #[pin]
        body: F,
        place: Place,
        // The context of the call, if its signature has one.
        ctx: Option<Context>,
        progress: Progress<'k>,
    }
}

enum Progress<'k> {
    Begun,
    Waiting(Pin<Box<dyn Future<Output = Option<InitGuard<'k>>> + Send + 'k>>),
    Initializing(InitGuard<'k>),
    Done,
}

impl<'k, T, E, F> Initialize<'k, T, E, F> {
    pub(super) fn new(state: &'k State<T, E>, place: Place, ctx: Option<Context>, body: F) -> Self {
        Self { state, body, place, ctx, progress: Progress::Begun }
    }
}

impl<'k, T, E, F: Future<Output: Keep<T, E>>> Future for Initialize<'k, T, E, F> {
    type Output = Made<'k, T, E>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let state = *this.state;
        loop {
            match this.progress {
                Progress::Begun => {
                    if let Some(kept) = state.kept.get() {
                        *this.progress = Progress::Done;
                        return Poll::Ready(Ok(kept));
                    }
                    *this.progress = Progress::Waiting(Box::pin(state.lock.lock(*this.place)));
                }
                Progress::Waiting(wait) => {
                    let guard = ready!(wait.as_mut().poll(task));
                    *this.progress = match guard {
                        Some(guard) => Progress::Initializing(guard),
                        // Closed because there is a value.
                        None => Progress::Begun,
                    };
                }
                Progress::Initializing(guard) => {
                    let made = ready!(guard.run(|| this.body.as_mut().poll(task)));
                    let Progress::Initializing(guard) = std::mem::replace(this.progress, Progress::Done) else {
                        unreachable!("checked above")
                    };
                    return Poll::Ready(finish(state, guard, this.ctx.as_ref(), made.keep()));
                }
                Progress::Done => panic!("a call was polled again after it had returned"),
            }
        }
    }
}

/// [`Initialize`] for a thread.
#[track_caller]
pub(super) fn blocking<'k, T, E, M: Keep<T, E>>(
    state: &'k State<T, E>,
    place: Place,
    ctx: Option<&Context>,
    body: impl FnOnce() -> M,
) -> Made<'k, T, E> {
    loop {
        if let Some(kept) = state.kept.get() {
            return Ok(kept);
        }
        if let Some(guard) = state.lock.blocking_lock(place) {
            let made = guard.run(body).keep();
            return finish(state, guard, ctx, made);
        }
    }
}

/// Stores the result, unless it is an error after the end of the caller's own context: such an
/// error may only report that end.
fn finish<'k, T, E>(
    state: &'k State<T, E>,
    guard: InitGuard<'k>,
    ctx: Option<&Context>,
    made: Result<T, E>,
) -> Made<'k, T, E> {
    match made {
        Err(error) if ctx.is_some_and(Context::has_ended) || Context::current().has_ended() => Err(error),
        made => {
            let kept = state.kept.get_or_init(|| made);
            guard.close();
            Ok(kept)
        }
    }
}
