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
    /// The body of a response that came through a [`ContextLayer`](crate::ContextLayer).
    ///
    /// The context of the request lives until the body has been sent. If the client goes before,
    /// the body is dropped, and the context ends with [`ClientGone`](taskward::ClientGone). A
    /// response of gRPC whose context ends is closed with the trailers that say so.
    #[derive(Debug)]
    pub struct ContextBody<B> {
        // Before the content: its context has ended when it is dropped.
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

/// A body that is being sent.
#[derive(Debug)]
struct Stream {
    guard: Guard,
    /// The bytes that the response announced and that are still to come. A server stops asking when
    /// it has them all.
    left: Option<u64>,
    /// Of gRPC: the end of the context.
    end: Option<WaitForCancel<Context>>,
}

impl<B> ContextBody<B> {
    /// A body without a guard: there is nothing left of the request.
    pub(crate) fn complete(body: B) -> Self {
        Self { content: Content::Inner { body }, stream: None }
    }

    pub(crate) fn text(text: Bytes) -> Self {
        Self { content: Content::Text { text: Some(text) }, stream: None }
    }

    /// `length` is the number of bytes, if the response announces it; `end` is there if its
    /// trailers can say that it was interrupted.
    pub(crate) fn guarded(body: B, guard: Guard, length: Option<u64>, end: Option<Context>) -> Self {
        let end = end.map(Context::into_cancelled);
        Self { content: Content::Inner { body }, stream: Some(Stream { guard, left: length, end }) }
    }
}

impl Stream {
    /// Whether the body is complete with these bytes.
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
