//! The right to end a request's context, held by the part that the client waits for.

use taskward::{Canceller, ClientGone};

/// Ends the context with [`ClientGone`] if it is dropped before the response is complete.
#[derive(Debug)]
pub(crate) struct Guard(Option<Canceller>);

impl Guard {
    pub(crate) fn new(canceller: Canceller) -> Self {
        Self(Some(canceller))
    }

    /// Ends the context without a cause, because the response is complete.
    pub(crate) fn finish(mut self) {
        self.0.take();
    }

    /// Keeps the context alive until its deadline or the end of the connection, because the
    /// handler has taken the connection.
    pub(crate) fn release(mut self) {
        if let Some(canceller) = self.0.take() {
            canceller.disarm();
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(canceller) = self.0.take() {
            canceller.cancel_with(ClientGone);
        }
    }
}
