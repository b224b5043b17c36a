//! Catches the panic of a handler, so that it fails only its own request.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;

/// The handler panicked. The panic hook has reported the message.
#[derive(Debug)]
pub(crate) struct Panicked;

pin_project! {
    /// Catches the panics of a future.
    pub(crate) struct CatchPanic<F> {
        // `None`: the call panicked before there was a future.
        #[pin]
        inner: Option<F>,
    }
}

impl<F> CatchPanic<F> {
    /// Calls a handler, and catches the panics of the call and of its future.
    pub(crate) fn call(call: impl FnOnce() -> F) -> Self {
        Self { inner: catch_unwind(AssertUnwindSafe(call)).ok() }
    }
}

impl<F: Future> Future for CatchPanic<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let Some(inner) = self.project().inner.as_pin_mut() else { return Poll::Ready(Err(Panicked)) };
        // The future is dropped right after a panic.
        match catch_unwind(AssertUnwindSafe(|| inner.poll(task))) {
            Ok(polled) => polled.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    }
}
