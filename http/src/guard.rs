//! The right to end a request's context, held by whatever the client waits for.

use taskward::{Canceller, ClientGone};

/// Ends the context with [`ClientGone`] if it is dropped before the response is complete.
#[derive(Debug)]
pub(crate) struct Guard(Option<Canceller>);

impl Guard {
    pub(crate) fn new(canceller: Canceller) -> Self {
        Self(Some(canceller))
    }

    /// The response is complete: ends the context without a cause.
    pub(crate) fn finish(mut self) {
        self.0.take();
    }

    /// The connection has become the handler's: its context lives on, until its deadline or the
    /// connection ends.
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
