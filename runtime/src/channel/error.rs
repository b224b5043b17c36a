use std::error::Error;
use std::fmt;
use std::io;

use crate::error::ContextError;

/// The error of a send: the context ended, or the channel is closed. Contains the value.
///
/// Converts into a [`ContextError`], so that `?` works in functions that return one, and into an
/// [`io::Error`]. A closed channel becomes a cancellation with the cause [`Closed`]: the work is
/// no longer wanted. For another error type that is `From<ContextError>`, write
/// `.map_err(ContextError::from)?`, or give it its own variant.
///
/// ```
/// use taskward::channel::{Closed, Sender};
/// use taskward::{Context, ContextError, cancellable, channel};
///
/// #[derive(Debug, thiserror::Error)]
/// enum ExportError {
///     #[error(transparent)]
///     Io(#[from] std::io::Error),
///     #[error(transparent)]
///     Interrupted(#[from] ContextError),
/// }
///
/// #[cancellable]
/// async fn rows(ctx: &Context, out: Sender<u32>) -> Result<(), ContextError> {
///     Ok(out.send(ctx, 1).await?)
/// }
///
/// #[cancellable]
/// async fn export(ctx: &Context, out: Sender<u32>) -> Result<(), ExportError> {
///     Ok(out.send(ctx, 1).await.map_err(ContextError::from)?)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, rx) = channel(1);
/// drop(rx);
/// let why = rows(&Context::background(), tx.clone()).await.unwrap_err();
/// assert!(why.cause().is_some_and(|cause| cause.is::<Closed>()));
/// # assert!(export(&Context::background(), tx).await.is_err());
/// # }
/// ```
#[derive(Clone)]
pub enum SendError<T> {
    /// The context ended before there was room.
    Interrupted(T, ContextError),
    /// The receiver was dropped, or a sender closed the channel.
    Closed(T),
}

impl<T> SendError<T> {
    /// Returns the value.
    ///
    /// ```
    /// use taskward::Context;
    /// use taskward::channel::channel;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (sender, receiver) = channel(1);
    /// drop(receiver);
    /// let error = sender.send(&Context::background(), "lost").await.unwrap_err();
    /// assert!(error.is_closed() && error.interruption().is_none());
    /// assert_eq!(error.into_inner(), "lost");
    /// # }
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Interrupted(value, _) | Self::Closed(value) => value,
        }
    }

    /// Returns whether the channel is closed: the receiver was dropped, or a sender closed it.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }

    /// Returns the reason for the end of the context, if that prevented the send. Also the
    /// [`source`](Error::source).
    #[must_use]
    pub const fn interruption(&self) -> Option<&ContextError> {
        match self {
            Self::Interrupted(_, why) => Some(why),
            Self::Closed(_) => None,
        }
    }
}

/// The cause of the [`ContextError`] that [`SendError::Closed`] converts into.
///
/// ```
/// use taskward::channel::{Closed, channel};
/// use taskward::{Context, ContextError};
///
/// let (sender, receiver) = channel(1);
/// drop(receiver);
/// let error = sender.blocking_send(&Context::background(), 1).unwrap_err();
/// assert!(ContextError::from(error).cause().unwrap().is::<Closed>());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Closed;

impl<T> From<SendError<T>> for ContextError {
    fn from(error: SendError<T>) -> Self {
        match error {
            SendError::Interrupted(_, why) => why,
            SendError::Closed(_) => Self::cancelled_with(Box::new(Closed)),
        }
    }
}

/// A closed channel becomes a [`BrokenPipe`](io::ErrorKind::BrokenPipe).
impl<T> From<SendError<T>> for io::Error {
    fn from(error: SendError<T>) -> Self {
        match error {
            SendError::Interrupted(_, why) => why.into(),
            SendError::Closed(_) => Self::new(io::ErrorKind::BrokenPipe, Closed),
        }
    }
}

/// Converts like the [`ContextError`] of the send.
#[cfg(feature = "tonic")]
impl<T> From<SendError<T>> for tonic::Status {
    fn from(error: SendError<T>) -> Self {
        ContextError::from(error).into()
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel is closed")
    }
}

impl Error for Closed {}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted(_, why) => write!(f, "not sent: {why}"),
            Self::Closed(_) => write!(f, "not sent: {Closed}"),
        }
    }
}

/// Omits the value, which need not be `Debug`.
impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted(_, why) => f.debug_tuple("Interrupted").field(&format_args!("..")).field(why).finish(),
            Self::Closed(_) => f.debug_tuple("Closed").field(&format_args!("..")).finish(),
        }
    }
}

impl<T> Error for SendError<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.interruption().map(|why| why as &(dyn Error + 'static))
    }
}
