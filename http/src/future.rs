//! The response future of the dropping mode.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use bytes::Bytes;
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use taskward::__private::{BodyFirst, body_first};
use taskward::Context;

use crate::body::ContextBody;
use crate::in_trace::InTrace;
use crate::panics::CatchPanic;
use crate::response::Answer;

pin_project! {
    /// The response future of a [`ContextService`](crate::ContextService).
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct ContextFuture<F> {
        // Declared before the handler, so that the context has ended when the handler is dropped.
        answer: Option<Answer>,
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        Refused { response: Option<Response<Bytes>> },
        Running { #[pin] race: BodyFirst<CatchPanic<InTrace<F>>> },
    }
}

impl<F> ContextFuture<F> {
    pub(crate) fn refused(response: Response<Bytes>) -> Self {
        Self { answer: None, state: State::Refused { response: Some(response) } }
    }
}

impl<F: Future> ContextFuture<F> {
    pub(crate) fn new(answer: Answer, ctx: Context, handler: CatchPanic<InTrace<F>>) -> Self {
        Self { answer: Some(answer), state: State::Running { race: body_first(ctx, handler) } }
    }
}

impl<F, B, E> Future for ContextFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<ContextBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.state.project() {
            StateProj::Refused { response } => Poll::Ready(Ok(take(response).map(ContextBody::text))),
            StateProj::Running { race } => {
                let end = ready!(race.poll(task));
                Poll::Ready(take(this.answer).end(end))
            }
        }
    }
}

pub(crate) fn take<T>(value: &mut Option<T>) -> T {
    value.take().expect("a response future was polled again after it was done")
}

impl<F> fmt::Debug for ContextFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextFuture").finish_non_exhaustive()
    }
}
