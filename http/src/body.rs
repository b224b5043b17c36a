//! The body of a response, which keeps the context of its request alive until it has been sent.

use std::pin::Pin;
use std::task::{Context as Task, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use taskward::{Context, WaitForCancel};

use crate::guard::Guard;
use crate::reply;

pin_project! {
    /// The body of a response from a service with a [`ContextLayer`](crate::ContextLayer).
    ///
    /// The request's context lives until the body has been sent. If the client disconnects
    /// earlier, the body is dropped, and the context ends with
    /// [`ClientGone`](taskward::ClientGone). If the context of a gRPC response ends, the body ends
    /// with trailers that carry the status.
    #[derive(Debug)]
    pub struct ContextBody<B> {
        // Declared before the content, so that the context has ended when the content is dropped.
        stream: Option<Stream>,
        #[pin]
        content: Content<B>,
    }
}

pin_project! {
    #[project = ContentProj]
    #[derive(Debug)]
    enum Content<B> {
        Inner { #[pin] body: B },
        Text { text: Option<Bytes> },
    }
}

/// The state of a body that is being sent.
#[derive(Debug)]
struct Stream {
    guard: Guard,
    /// The announced bytes that are still to come. A server stops polling when it has them all.
    left: Option<u64>,
    /// For gRPC, waits for the end of the context.
    end: Option<WaitForCancel<Context>>,
}

impl<B> ContextBody<B> {
    /// A body without a guard, for a request that is complete.
    pub(crate) fn complete(body: B) -> Self {
        Self { content: Content::Inner { body }, stream: None }
    }

    pub(crate) fn text(text: Bytes) -> Self {
        Self { content: Content::Text { text: Some(text) }, stream: None }
    }

    /// `length` is the announced number of bytes. `end` is set if trailers can report an
    /// interruption.
    pub(crate) fn guarded(body: B, guard: Guard, length: Option<u64>, end: Option<Context>) -> Self {
        let end = end.map(Context::into_cancelled);
        Self { content: Content::Inner { body }, stream: Some(Stream { guard, left: length, end }) }
    }
}

impl Stream {
    /// Counts sent bytes. Returns whether the body is complete.
    fn count(&mut self, bytes: usize) -> bool {
        match &mut self.left {
            Some(left) => {
                *left = left.saturating_sub(bytes as u64);
                *left == 0
            }
            None => false,
        }
    }
}

fn finish(stream: &mut Option<Stream>) {
    if let Some(stream) = stream.take() {
        stream.guard.finish();
    }
}

impl<B: Body<Data = Bytes>> Body for ContextBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        let end = this.stream.as_mut().and_then(|stream| stream.end.as_mut());
        if let Some(Poll::Ready(why)) = end.map(|end| Pin::new(end).poll(task)) {
            finish(this.stream);
            this.content.set(Content::Text { text: None });
            return Poll::Ready(Some(Ok(Frame::trailers(reply::trailers(&why)))));
        }
        let mut body = match this.content.project() {
            ContentProj::Inner { body } => body,
            ContentProj::Text { text } => {
                let text = text.take().filter(|text| !text.is_empty());
                return Poll::Ready(text.map(|text| Ok(Frame::data(text))));
            }
        };
        let polled = body.as_mut().poll_frame(task);
        if let (Poll::Ready(frame), Some(stream)) = (&polled, this.stream.as_mut()) {
            let is_last = match frame {
                Some(Ok(frame)) => {
                    let bytes = frame.data_ref().map_or(0, Buf::remaining);
                    stream.count(bytes) || frame.is_trailers() || body.is_end_stream()
                }
                None | Some(Err(_)) => true,
            };
            if is_last {
                finish(this.stream);
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Inner { body } => body.is_end_stream(),
            Content::Text { text } => text.as_ref().is_none_or(Bytes::is_empty),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Inner { body } => body.size_hint(),
            Content::Text { text } => SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64)),
        }
    }
}
