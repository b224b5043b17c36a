use std::fmt;
use std::sync::{Arc, Weak};

use super::sender::{Sender, Shared};

/// A [`Sender`] that does not keep the channel open. Created by [`Sender::downgrade`].
///
/// ```
/// # use taskward::channel;
/// let (tx, mut rx) = channel::<u8>(1);
/// let weak = tx.downgrade();
/// assert!(weak.upgrade().is_some());
/// drop(tx);
/// assert!(weak.upgrade().is_none());
/// assert_eq!(rx.blocking_recv(), None);
/// ```
pub struct WeakSender<T> {
    shared: Weak<Shared<T>>,
}

impl<T> Sender<T> {
    /// Returns a sender that does not keep the channel open.
    #[must_use]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender { shared: Arc::downgrade(&self.shared) }
    }
}

impl<T> WeakSender<T> {
    /// Returns a sender, if the channel still has one.
    ///
    /// ```
    /// use taskward::channel::channel;
    ///
    /// let (sender, receiver) = channel::<u8>(1);
    /// let weak = sender.downgrade();
    /// drop(sender);
    /// assert!(weak.upgrade().is_none() && receiver.is_closed());
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.shared.upgrade().map(Sender::of)
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}
