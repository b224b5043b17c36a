use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::task::Poll;

use tokio::sync::Notify;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, OwnedPermit};
use tokio::task::coop::consume_budget;

use super::blocking::block_on;
use super::error::SendError;
use super::permit::Permit;
use crate::context::Context;
use crate::error::ContextError;
use crate::sync::plain::{Mutex, lock};

/// The sending half of a [`channel`](fn@crate::channel). Clone it for each producer.
///
/// The channel ends when the last sender is dropped, or when one of them calls
/// [`close`](Self::close).
///
/// ```
/// use taskward::channel::channel;
/// use taskward::{Context, TaskGroup};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (sender, mut receiver) = channel(1);
/// let group = TaskGroup::<()>::new(&Context::background());
/// for n in 0..2 {
///     let sender = sender.clone();
///     _ = group.spawn(async move |ctx| _ = sender.send(&ctx, n).await);
/// }
/// drop(sender);
/// let mut sum = 0;
/// while let Some(n) = receiver.recv().await {
///     sum += n;
/// }
/// assert_eq!(sum, 1);
/// # }
/// ```
pub struct Sender<T> {
    pub(super) shared: Arc<Shared<T>>,
}

/// The state shared by the senders. A close reaches the receiver through the queue, in which
/// values are `Some` and `None` is the end marker.
pub(super) struct Shared<T> {
    queue: mpsc::Sender<Option<T>>,
    /// `None` once used.
    end: Mutex<Option<End<T>>>,
    /// Shared with the receiver.
    closed: Arc<AtomicBool>,
    /// Notifies the callers of [`Sender::closed`].
    closing: Notify,
}

/// Room reserved at creation, so that a close neither waits nor costs anything before.
struct End<T> {
    /// Room for the end marker.
    last: OwnedPermit<Option<T>>,
    /// Released to the sender that has waited longest, which sees that the channel is closed and
    /// passes the room on.
    alarm: OwnedPermit<Option<T>>,
}

/// The number of reserved permits.
pub(super) const RESERVED: usize = 2;

/// The reason for which there is no room, and will be none: the end of the context, or else a
/// closed channel.
type NoRoom = Option<ContextError>;

impl<T> Sender<T> {
    pub(super) fn new(queue: mpsc::Sender<Option<T>>, closed: Arc<AtomicBool>) -> Self {
        let reserve = || queue.clone().try_reserve_owned().ok();
        let end = Mutex::new(reserve().zip(reserve()).map(|(last, alarm)| End { last, alarm }));
        Self { shared: Arc::new(Shared { queue, end, closed, closing: Notify::new() }) }
    }

    pub(super) fn of(shared: Arc<Shared<T>>) -> Self {
        Self { shared }
    }

    /// Sends a value. Waits for room until `ctx` ends. Waiting senders get room in order of
    /// arrival.
    ///
    /// An ended context wins over available room. While there is room, `ctx` is only checked.
    ///
    /// # Errors
    ///
    /// Returns the value and the reason: `ctx` ended, the receiver was dropped, or a sender closed
    /// the channel. A waiting send fails at once when that happens.
    ///
    /// # Panics
    ///
    /// If it must wait and `ctx` has a deadline, in a Tokio runtime without timers.
    ///
    /// # Cancellation safety
    ///
    /// If the future is dropped before it is ready, the value is not sent and is dropped with it.
    /// Its place in the queue is lost.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use taskward::{Context, channel};
    ///
    /// let (tx, _rx) = channel(1);
    /// let ctx = Context::background().with_timeout(Duration::from_secs(5));
    /// tx.send(&ctx, "first").await.unwrap();
    /// let error = tx.send(&ctx, "second").await.unwrap_err(); // full
    /// assert_eq!(error.to_string(), "not sent: deadline exceeded: the time limit of 5s passed");
    /// assert_eq!(error.into_inner(), "second");
    /// # }
    /// ```
    #[allow(clippy::manual_async_fn, reason = "an `async fn` would store the value twice")]
    pub fn send(&self, ctx: &Context, value: T) -> impl Future<Output = Result<(), SendError<T>>> {
        async move {
            match self.shared.reserve(ctx).await {
                Ok(room) => {
                    room.send(Some(value));
                    Ok(())
                }
                Err(Some(why)) => Err(SendError::Interrupted(value, why)),
                Err(None) => Err(SendError::Closed(value)),
            }
        }
    }

    /// Waits for room and reserves it, for a value that is created, or taken from elsewhere, only
    /// once it can be sent.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send) does, without a value.
    ///
    /// # Panics
    ///
    /// As [`send`](Self::send) does.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future loses only its place in the queue.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), taskward::ContextError> {
    /// # use taskward::{Context, channel};
    /// # let ctx = Context::background();
    /// # let mut jobs = vec!["a job"];
    /// let (tx, mut rx) = channel(1);
    /// let room = tx.reserve(&ctx).await?;
    /// if let Some(job) = jobs.pop() {
    ///     room.send(job); // never waits, and never fails
    /// }
    /// assert_eq!(rx.recv().await, Some("a job"));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn reserve(&self, ctx: &Context) -> Result<Permit<'_, T>, SendError<()>> {
        match self.shared.reserve(ctx).await {
            Ok(room) => Ok(Permit::new(room)),
            Err(Some(why)) => Err(SendError::Interrupted((), why)),
            Err(None) => Err(SendError::Closed(())),
        }
    }

    /// Reserves room if there is room now.
    ///
    /// # Errors
    ///
    /// Returns an error if the channel is full or closed.
    ///
    /// ```
    /// use taskward::channel::channel;
    ///
    /// let (sender, _receiver) = channel::<u8>(1);
    /// let permit = sender.try_reserve().unwrap();
    /// assert!(sender.try_reserve().is_err());
    /// drop(permit);
    /// assert!(sender.try_reserve().is_ok());
    /// ```
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.shared.try_reserve().map(Permit::new)
    }

    /// Sends a value if there is room now.
    ///
    /// # Errors
    ///
    /// Returns the value if the channel is full or closed.
    ///
    /// ```
    /// use taskward::channel::channel;
    ///
    /// let (sender, receiver) = channel(1);
    /// assert!(sender.try_send(1).is_ok());
    /// assert!(sender.try_send(2).is_err());
    /// assert_eq!(receiver.len(), 1);
    /// ```
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        match self.shared.try_reserve() {
            Ok(room) => {
                room.send(Some(value));
                Ok(())
            }
            Err(TrySendError::Full(())) => Err(TrySendError::Full(value)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(value)),
        }
    }

    /// Like [`send`](Self::send), for a thread that may block: in `spawn_blocking`, in a
    /// `#[worker_pool]` on a plain `fn`, or outside of Tokio.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send) does.
    ///
    /// # Panics
    ///
    /// In async code.
    ///
    /// ```
    /// # use taskward::{Context, channel};
    /// let (tx, mut rx) = channel(1);
    /// let producer = std::thread::spawn(move || {
    ///     let ctx = Context::background();
    ///     (1..=3).try_for_each(|n| tx.blocking_send(&ctx, n))
    /// });
    /// assert_eq!(std::iter::from_fn(|| rx.blocking_recv()).sum::<u32>(), 6);
    /// producer.join().unwrap().unwrap();
    /// ```
    #[track_caller]
    pub fn blocking_send(&self, ctx: &Context, value: T) -> Result<(), SendError<T>> {
        block_on(ctx, self.send(ctx, value))
    }

    /// Closes the channel for all senders. Later and waiting sends fail. The receiver gets all
    /// values sent before, and then `None`. Does nothing if the channel is already closed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use taskward::{Context, channel};
    /// # let ctx = Context::background();
    /// let (tx, mut rx) = channel(8);
    /// tx.send(&ctx, 1).await.unwrap();
    /// tx.close();
    /// assert!(tx.send(&ctx, 2).await.unwrap_err().is_closed());
    /// assert_eq!((rx.recv().await, rx.recv().await), (Some(1), None));
    /// # }
    /// ```
    pub fn close(&self) {
        let end = lock(&self.shared.end).take();
        if let Some(End { last, alarm }) = end {
            // Stored first, so that woken senders and receivers see a closed channel.
            self.shared.closed.store(true, Release);
            drop(last.send(None));
            drop(alarm);
            self.shared.closing.notify_waiters();
        }
    }

    /// Returns whether the channel is closed: a sender closed it, or the receiver was dropped.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Acquire) || self.shared.queue.is_closed()
    }

    /// Waits until the channel [is closed](Self::is_closed), for producers that should stop before
    /// they have a value to send.
    ///
    /// # Cancellation safety
    ///
    /// Cancel safe.
    ///
    /// ```
    /// use taskward::channel::channel;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (sender, receiver) = channel::<u8>(1);
    /// drop(receiver);
    /// sender.closed().await;
    /// assert!(sender.is_closed());
    /// # }
    /// ```
    pub async fn closed(&self) {
        // Registered for every later call of `close`.
        let mut closing = pin!(self.shared.closing.notified());
        let mut gone = pin!(self.shared.queue.closed());
        poll_fn(|task| {
            if self.is_closed() || closing.as_mut().poll(task).is_ready() {
                return Poll::Ready(());
            }
            gone.as_mut().poll(task)
        })
        .await;
    }

    /// Returns the number of values for which there is room now.
    ///
    /// ```
    /// use taskward::channel::channel;
    ///
    /// let (sender, _receiver) = channel(2);
    /// sender.try_send(1).unwrap();
    /// assert_eq!((sender.capacity(), sender.max_capacity()), (1, 2));
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        if self.is_closed() { 0 } else { self.shared.queue.capacity() }
    }

    /// Returns the capacity of the empty channel.
    #[must_use]
    pub fn max_capacity(&self) -> usize {
        self.shared.queue.max_capacity() - RESERVED
    }

    /// Returns whether both senders send to the same receiver.
    ///
    /// ```
    /// use taskward::channel::channel;
    ///
    /// let (sender, _receiver) = channel::<u8>(1);
    /// assert!(sender.same_channel(&sender.clone()));
    /// ```
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Shared<T> {
    fn try_reserve(&self) -> Result<mpsc::Permit<'_, Option<T>>, TrySendError<()>> {
        if self.closed.load(Acquire) {
            return Err(TrySendError::Closed(()));
        }
        self.queue.try_reserve()
    }

    async fn reserve(&self, ctx: &Context) -> Result<mpsc::Permit<'_, Option<T>>, NoRoom> {
        // Like Tokio's own send: a producer that never has to wait must still yield now and then.
        consume_budget().await;
        ctx.check().map_err(Some)?;
        match self.try_reserve() {
            Ok(room) => Ok(room),
            Err(TrySendError::Full(())) => {
                let room = ctx.run(self.queue.reserve()).await.map_err(Some)?;
                room.ok().filter(|_| !self.closed.load(Acquire)).ok_or(None)
            }
            Err(TrySendError::Closed(())) => Err(None),
        }
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("closed", &self.is_closed()).field("capacity", &self.capacity()).finish()
    }
}
