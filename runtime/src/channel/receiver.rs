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

/// The receiving half of a [`channel`](fn@crate::channel). Also a [`Stream`]: use `next`, `map`
/// and other combinators from `futures::StreamExt` or `tokio_stream`, or pass it to a
/// [`#[worker_pool(stream)]`](macro@crate::worker_pool) function.
///
/// The receiver cannot close the channel. Dropping it stops all senders.
///
/// ```
/// use futures::StreamExt;
/// use taskward::channel::channel;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (sender, receiver) = channel(2);
/// sender.try_send(1).unwrap();
/// sender.try_send(2).unwrap();
/// drop(sender);
/// assert_eq!(receiver.map(|n| n * 10).collect::<Vec<_>>().await, [10, 20]);
/// # }
/// ```
pub struct Receiver<T> {
    /// Values are `Some`; `None` marks the end sent by [`Sender::close`].
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

    /// Waits for a value. Returns `None` once the channel is closed and all values have been
    /// received.
    ///
    /// Takes no context: in a `#[cancellable]` function this `.await` is interrupted like any
    /// other; elsewhere use [`ctx.run(rx.recv())`](crate::Context::run).
    ///
    /// # Cancellation safety
    ///
    /// Cancel safe: no value is lost.
    ///
    /// ```
    /// use taskward::channel::channel;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (sender, mut receiver) = channel(1);
    /// sender.try_send("last").unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv().await, Some("last"));
    /// assert_eq!(receiver.recv().await, None);
    /// # }
    /// ```
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|task| self.poll_recv(task)).await
    }

    /// Waits for values and appends all available ones, at most `limit`. Returns their number,
    /// which is 0 if the channel is closed and all values have been received, or if `limit` is 0.
    ///
    /// # Cancellation safety
    ///
    /// Cancel safe: no value has been received if the future is dropped.
    ///
    /// ```
    /// use taskward::channel::channel;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (sender, mut receiver) = channel(3);
    /// for n in 0..3 {
    ///     sender.try_send(n).unwrap();
    /// }
    /// let mut values = Vec::new();
    /// assert_eq!(receiver.recv_many(&mut values, 2).await, 2);
    /// assert_eq!(values, [0, 1]);
    /// # }
    /// ```
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

    /// Returns a value if one is available now.
    ///
    /// # Errors
    ///
    /// Returns `Empty` if a value may come later, and `Disconnected` otherwise.
    ///
    /// ```
    /// use taskward::channel::{TryRecvError, channel};
    ///
    /// let (sender, mut receiver) = channel(1);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.try_send(1).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// drop(sender);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        loop {
            match self.queue.try_recv()? {
                Some(value) => return Ok(value),
                None => self.end(),
            }
        }
    }

    /// Like [`recv`](Self::recv), for a thread that may block. Waits for a value or the end of the
    /// channel, even after the end of the caller's context.
    ///
    /// # Panics
    ///
    /// In async code.
    ///
    /// ```
    /// use std::thread;
    /// use taskward::channel::channel;
    ///
    /// let (sender, mut receiver) = channel(1);
    /// let sending = thread::spawn(move || sender.try_send(1));
    /// assert_eq!(receiver.blocking_recv(), Some(1));
    /// # sending.join().unwrap().unwrap();
    /// ```
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Option<T> {
        loop {
            match self.queue.blocking_recv()? {
                Some(value) => return Some(value),
                None => self.end(),
            }
        }
    }

    /// Returns the number of values sent and not received.
    ///
    /// ```
    /// use taskward::channel::channel;
    ///
    /// let (sender, receiver) = channel(2);
    /// assert!(receiver.is_empty());
    /// sender.try_send(1).unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        // The end marker is in the queue, too.
        let end = self.closed.load(Acquire) && !self.end_received;
        self.queue.len().saturating_sub(usize::from(end))
    }

    /// Returns whether no value is waiting to be received.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether no more values will be sent: a sender closed the channel, or all senders
    /// were dropped. Values sent before may still be waiting.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Acquire) || self.queue.is_closed()
    }

    /// Handles the end marker.
    fn end(&mut self) {
        self.end_received = true;
        self.queue.close();
    }

    /// Like [`recv`](Self::recv), for hand-written futures.
    pub fn poll_recv(&mut self, task: &mut Task<'_>) -> Poll<Option<T>> {
        loop {
            match self.queue.poll_recv(task) {
                Poll::Ready(Some(Some(value))) => return Poll::Ready(Some(value)),
                // Closes Tokio's channel, which ends after its last value: a sender that had room
                // before the close may still send one.
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
