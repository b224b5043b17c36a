use std::fmt;

use tokio::sync::mpsc;

/// Room for one value, reserved by [`Sender::reserve`](super::Sender::reserve). Dropping the
/// permit releases the room.
///
/// A permit obtained before the channel was closed remains valid: the receiver waits for its
/// value.
///
/// ```
/// use taskward::channel::channel;
///
/// let (sender, mut receiver) = channel(1);
/// let permit = sender.try_reserve().unwrap();
/// assert!(sender.try_reserve().is_err());
/// permit.send("value");
/// assert_eq!(receiver.try_recv(), Ok("value"));
/// ```
#[must_use = "dropping it releases the reserved room"]
pub struct Permit<'s, T> {
    room: mpsc::Permit<'s, Option<T>>,
}

impl<'s, T> Permit<'s, T> {
    pub(super) fn new(room: mpsc::Permit<'s, Option<T>>) -> Self {
        Self { room }
    }

    /// Sends `value` into the reserved room.
    pub fn send(self, value: T) {
        self.room.send(Some(value));
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}
