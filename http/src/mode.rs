//! The owner of a request's handler.

/// The mode of a [`ContextLayer`](crate::ContextLayer) that drops the handler when the client
/// disconnects.
#[derive(Clone, Copy, Debug)]
pub struct Dropping;

/// The mode of [`ContextLayer::owned`](crate::ContextLayer::owned), in which the service owns the
/// handlers.
#[derive(Clone, Copy, Debug)]
pub struct Owned;
