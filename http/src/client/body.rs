//! The body of a client's response, which ends with the context of the call.

use std::pin::Pin;
use std::task::{Context as Task, Poll};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use taskward::{Context, WaitForCancel};

use super::error::{BoxError, interrupted};

pin_project! {
    /// The body of a response to a call through a
    /// [`ClientContextLayer`](super::ClientContextLayer). Reading it fails when the context of the
    /// call ends.
    #[derive(Debug)]
    pub struct ClientBody<B> {
        end: WaitForCancel<Context>,
        is_grpc: bool,
        #[pin]
        inner: B,
    }
}

impl<B> ClientBody<B> {
    pub(crate) fn new(inner: B, ctx: Context, is_grpc: bool) -> Self {
        Self { end: ctx.into_cancelled(), is_grpc, inner }
    }
}

impl<B: Body<Error: Into<BoxError>>> Body for ClientBody<B> {
    type Data = B::Data;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Result<Frame<B::Data>, BoxError>>> {
        let this = self.project();
        // Data that arrived before the end counts.
        let polled = this.inner.poll_frame(task);
        if polled.is_pending()
            && let Poll::Ready(why) = Pin::new(this.end).poll(task)
        {
            return Poll::Ready(Some(Err(interrupted(why, *this.is_grpc))));
        }
        polled.map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
