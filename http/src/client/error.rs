//! The errors of calls.

use std::error::Error;

use taskward::ContextError;

/// The error of a service behind a [`ClientContextLayer`](super::ClientContextLayer): that of the
/// service itself, or a [`ContextError`], which [`ContextError::find`] finds in it. A call of gRPC
/// has a `tonic::Status` that holds it, with the feature `tonic`.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// `is_grpc`: in the form that tonic's clients look for.
pub(super) fn interrupted(why: ContextError, is_grpc: bool) -> BoxError {
    #[cfg(feature = "tonic")]
    if is_grpc {
        return Box::new(::tonic::Status::from(why));
    }
    _ = is_grpc;
    Box::new(why)
}
