//! One call that finds nothing made: the wait for its turn, the initialisation.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;

use super::Once;
use super::generated::Keep;
use crate::context::Context;
use crate::turn::{Holder, Place};

/// What is kept, or an error that is not.
pub(super) type Made<'k, T, E> = Result<&'k Result<T, E>, E>;

pin_project! {
    /// What a `#[once]` function awaits where nothing is made yet.
    ///
    /// Dropped in this order: whoever is next begins when what this body had is gone.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Initialise<'k, T, E, F> {
        once: &'k Once<T, E>,
        #[pin]
        body: F,
        place: Place,
        // Of the call; `None` where the signature has none.
        ctx: Option<Context>,
        progress: Progress<'k>,
    }
}

enum Progress<'k> {
    Begun,
    Waiting(Pin<Box<dyn Future<Output = Option<Holder<'k>>> + Send + 'k>>),
    Making(Holder<'k>),
    Done,
}

impl<'k, T, E, F> Initialise<'k, T, E, F> {
    pub(super) fn new(once: &'k Once<T, E>, place: Place, ctx: Option<Context>, body: F) -> Self {
        Self { once, body, place, ctx, progress: Progress::Begun }
    }
}

impl<'k, T, E, F: Future<Output: Keep<T, E>>> Future for Initialise<'k, T, E, F> {
    type Output = Made<'k, T, E>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let once = *this.once;
        loop {
            match this.progress {
                Progress::Begun => {
                    if let Some(kept) = once.kept.get() {
                        *this.progress = Progress::Done;
                        return Poll::Ready(Ok(kept));
                    }
                    *this.progress = Progress::Waiting(Box::pin(once.turn.take(*this.place)));
                }
                Progress::Waiting(wait) => {
                    let holder = ready!(wait.as_mut().poll(task));
                    *this.progress = match holder {
                        Some(holder) => Progress::Making(holder),
                        // It was closed when something had been kept.
                        None => Progress::Begun,
                    };
                }
                Progress::Making(holder) => {
                    let made = ready!(holder.run(|| this.body.as_mut().poll(task)));
                    let Progress::Making(holder) = std::mem::replace(this.progress, Progress::Done) else {
                        unreachable!("just looked at")
                    };
                    return Poll::Ready(finish(once, holder, this.ctx.as_ref(), made.keep()));
                }
                Progress::Done => panic!("a call was polled again after it had returned"),
            }
        }
    }
}

/// The same, for a thread.
#[track_caller]
pub(super) fn blocking<'k, T, E, M: Keep<T, E>>(
    once: &'k Once<T, E>,
    place: Place,
    ctx: Option<&Context>,
    body: impl FnOnce() -> M,
) -> Made<'k, T, E> {
    loop {
        if let Some(kept) = once.kept.get() {
            return Ok(kept);
        }
        if let Some(holder) = once.turn.blocking_take(place) {
            let made = holder.run(body).keep();
            return finish(once, holder, ctx, made);
        }
    }
}

/// Keeps what was made. An error that came after the call's own context had ended may say only that: the next in line tries.
fn finish<'k, T, E>(
    once: &'k Once<T, E>,
    holder: Holder<'k>,
    ctx: Option<&Context>,
    made: Result<T, E>,
) -> Made<'k, T, E> {
    match made {
        Err(error) if ctx.is_some_and(Context::has_ended) || Context::current().has_ended() => Err(error),
        made => {
            let kept = once.kept.get_or_init(|| made);
            holder.close();
            Ok(kept)
        }
    }
}
