//! Typed causes with which the crates of this workspace cancel.

use std::error::Error;
use std::fmt;

/// The cause of a request's context whose client is gone: it closed the connection, reset the
/// stream, or no longer waits for the response.
///
/// ```
/// use taskward::{ClientGone, Context};
///
/// let (ctx, canceller) = Context::background().with_cancel();
/// canceller.cancel_with(ClientGone);
/// assert!(ctx.cause().is_some_and(|cause| cause.is::<ClientGone>()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClientGone;

impl fmt::Display for ClientGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the client has gone")
    }
}

impl Error for ClientGone {}

/// The cause of a context that ends because its service shuts down: it was cancelled, or the time
/// for work in flight has passed.
///
/// A context that a signal ends has the [`Signal`](crate::Signal) as its cause;
/// [`ContextError::is_shutting_down`](crate::ContextError::is_shutting_down) covers both.
///
/// ```
/// use taskward::{Context, ShuttingDown};
///
/// let (ctx, canceller) = Context::background().with_cancel();
/// canceller.cancel_with(ShuttingDown);
/// assert!(ctx.check().unwrap_err().is_shutting_down());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ShuttingDown;

impl fmt::Display for ShuttingDown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the service is shutting down")
    }
}

impl Error for ShuttingDown {}
