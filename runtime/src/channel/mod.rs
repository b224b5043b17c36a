#![doc = include_str!("../../docs/channel.md")]

mod blocking;
mod error;
mod permit;
mod receiver;
mod sender;
mod weak;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::{Semaphore, mpsc};

pub use self::error::{Closed, SendError};
pub use self::permit::Permit;
pub use self::receiver::Receiver;
use self::sender::RESERVED;
pub use self::sender::Sender;
pub use self::weak::WeakSender;
#[doc(no_inline)]
pub use tokio::sync::mpsc::error::{TryRecvError, TrySendError};

/// Creates a channel with room for `capacity` values. A send without room waits until the receiver
/// has taken a value, or until the context passed to it ends. See the
/// [module](mod@crate::channel).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), taskward::ContextError> {
/// # let ctx = taskward::Context::background();
/// let (tx, mut rx) = taskward::channel(8);
/// tx.send(&ctx, "a value").await?;
/// drop(tx);
/// assert_eq!(rx.recv().await, Some("a value"));
/// assert_eq!(rx.recv().await, None);
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// If `capacity` is 0, or more than
/// [`Semaphore::MAX_PERMITS`](tokio::sync::Semaphore::MAX_PERMITS) minus 2. There is no rendezvous
/// channel, which would have no room: the smallest capacity is 1.
#[must_use]
#[track_caller]
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "a channel of capacity 0 can never take a value: the smallest capacity is 1");
    assert!(
        capacity <= Semaphore::MAX_PERMITS - RESERVED,
        "a channel of capacity {capacity} is larger than Tokio can count"
    );
    let (queue, values) = mpsc::channel(capacity + RESERVED);
    let closed = Arc::new(AtomicBool::new(false));
    (Sender::new(queue, closed.clone()), Receiver::new(values, closed))
}
