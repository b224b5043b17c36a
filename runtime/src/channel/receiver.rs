use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Acquire;
use std::task::{Context as Task, Poll};

use futures_core::{FusedStream, Stream};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

/// The end of a [`channel`](fn@crate::channel) that values come out of. Also a [`Stream`]: with
/// `futures::StreamExt`, or `tokio_stream`'s, it has `next`, `map` and the rest, and it is the
/// source of a [`#[worker_pool(stream)]`](macro@crate::worker_pool).
///
/// It cannot close the channel: a receiver that wants no more values is dropped, and every sender
/// is told.
pub struct Receiver<T> {
    /// Values are `Some`; `None` is the end that a sender said.
    queue: mpsc::Receiver<Option<T>>,
    /// A sender has closed the channel.
    closed: Arc<AtomicBool>,
    /// The `None` of a close has been received.
    end_received: bool,
    terminated: bool,
}

impl<T> Receiver<T> {
    pub(super) fn new(queue: mpsc::Receiver<Option<T>>, closed: Arc<AtomicBool>) -> Self {
        Self { queue, closed, end_received: false, terminated: false }
    }

    /// Waits for a value. `None` once the channel is closed and everything that was sent has been
    /// received.
    ///
    /// It takes no context: a `#[cancellable]` function is interrupted here as at any `.await`, and
    /// elsewhere there is [`ctx.run(rx.recv())`](crate::Context::run).
    ///
    /// # Cancellation safety
    ///
    /// No value is lost if the future is dropped.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|task| self.poll_recv(task)).await
    }

    /// Waits for values and appends as many as there are, at most `limit`. Returns how many; 0 once
    /// the channel is closed and everything has been received, or if `limit` is 0.
    ///
    /// # Cancellation safety
    ///
    /// No value is lost if the future is dropped: none has been received then.
    pub async fn recv_many(&mut self, values: &mut Vec<T>, limit: usize) -> usize {
        if limit == 0 {
            return 0;
        }
        let Some(first) = self.recv().await else { return 0 };
        values.push(first);
        let mut received = 1;
        while received < limit
            && let Ok(value) = self.try_recv()
        {
            values.push(value);
            received += 1;
        }
        received
    }

    /// A value, if there is one now.
    ///
    /// # Errors
    ///
    /// `Empty` if there may be one later, `Disconnected` if not.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        loop {
            match self.queue.try_recv()? {
                Some(value) => return Ok(value),
                None => self.end(),
            }
        }
    }

    /// The same as [`recv`](Self::recv) for a thread that may block. It waits until there is a
    /// value or the channel is closed, whatever becomes of the caller's context.
    ///
    /// # Panics
    ///
    /// In an async function.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Option<T> {
        loop {
            match self.queue.blocking_recv()? {
                Some(value) => return Some(value),
                None => self.end(),
            }
        }
    }

    /// The number of values that have been sent and not received.
    #[must_use]
    pub fn len(&self) -> usize {
        // The end lies in the queue, too.
        let end = self.closed.load(Acquire) && !self.end_received;
        self.queue.len().saturating_sub(usize::from(end))
    }

    /// Whether no value waits to be received.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether no more values will be sent: a sender closed the channel, or all senders are gone.
    /// Values that were sent before may still wait.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Acquire) || self.queue.is_closed()
    }

    /// Takes the end that a sender said.
    fn end(&mut self) {
        self.end_received = true;
        self.queue.close();
    }

    /// [`recv`](Self::recv) for hand-written futures.
    pub fn poll_recv(&mut self, task: &mut Task<'_>) -> Poll<Option<T>> {
        loop {
            match self.queue.poll_recv(task) {
                Poll::Ready(Some(Some(value))) => return Poll::Ready(Some(value)),
                // From here on Tokio's channel is closed, and says so after the last value: one may
                // still be on its way, from a sender that had room before the end was said.
                Poll::Ready(Some(None)) => self.end(),
                Poll::Ready(None) => {
                    self.terminated = true;
                    return Poll::Ready(None);
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<T>> {
        self.poll_recv(task)
    }
}

/// Terminated once it has yielded `None`.
impl<T> FusedStream for Receiver<T> {
    fn is_terminated(&self) -> bool {
        self.terminated
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
