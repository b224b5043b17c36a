//! The response future of the owned mode: the handler is a task of the service.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use bytes::Bytes;
use http::Response;
use http_body::Body;
use taskward::__private::body_first;
use taskward::{Context, ContextError, ShuttingDown, TaskGroup};
use tokio::sync::oneshot;

use crate::body::ContextBody;
use crate::future::take;
use crate::in_trace::InTrace;
use crate::panics::CatchPanic;
use crate::response::{Answer, HandlerEnd};

/// The response future of a [`ContextService`](crate::ContextService) whose handlers are tasks.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct OwnedFuture<B, E> {
    state: State<B, E>,
}

enum State<B, E> {
    Refused(Option<Response<Bytes>>),
    Running { answer: Option<Answer>, end: oneshot::Receiver<HandlerEnd<B, E>> },
}

impl<B, E> OwnedFuture<B, E> {
    pub(crate) fn refused(response: Response<Bytes>) -> Self {
        Self { state: State::Refused(Some(response)) }
    }

    pub(crate) fn spawn<F>(
        handlers: &TaskGroup<()>,
        answer: Answer,
        ctx: Context,
        handler: CatchPanic<InTrace<F>>,
    ) -> Self
    where
        F: Future<Output = Result<Response<B>, E>> + Send + 'static,
        B: Send + 'static,
        E: Send + 'static,
    {
        let (done, end) = oneshot::channel();
        // The group has no limit to wait for, and a refused task drops `done`.
        drop(handlers.spawn(move |_| async move {
            // taskward: allow(outer_context_in_task)
            let race = body_first(ctx, handler);
            drop(done.send(race.await));
        }));
        Self { state: State::Running { answer: Some(answer), end } }
    }
}

impl<B: Body, E> Future for OwnedFuture<B, E> {
    type Output = Result<Response<ContextBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().state {
            State::Refused(response) => Poll::Ready(Ok(take(response).map(ContextBody::text))),
            State::Running { answer, end } => {
                let end = ready!(Pin::new(end).poll(task));
                Poll::Ready(take(answer).end(end.unwrap_or_else(|_| Err(stopped()))))
            }
        }
    }
}

/// The error of a task that was refused, or dropped at the end of its group.
fn stopped() -> ContextError {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with(ShuttingDown);
    ctx.check().expect_err("it was cancelled")
}

impl<B, E> fmt::Debug for OwnedFuture<B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedFuture").finish_non_exhaustive()
    }
}
