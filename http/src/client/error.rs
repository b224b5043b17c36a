//! The errors of client calls.

use std::error::Error;

use taskward::ContextError;

/// The error of a call through a [`ClientContextLayer`](super::ClientContextLayer): the error of
/// the service, or a [`ContextError`], which [`ContextError::find`] finds in it. With the feature
/// `tonic`, a gRPC call wraps the `ContextError` in a `tonic::Status`.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// `is_grpc` selects the form that tonic's clients expect.
pub(super) fn interrupted(why: ContextError, is_grpc: bool) -> BoxError {
    #[cfg(feature = "tonic")]
    if is_grpc {
        return Box::new(::tonic::Status::from(why));
    }
    _ = is_grpc;
    Box::new(why)
}
