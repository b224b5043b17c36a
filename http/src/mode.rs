//! Who owns the handler of a request.

/// The mode of a [`ContextLayer`](crate::ContextLayer) in which the handler is dropped when the
/// client goes.
#[derive(Clone, Copy, Debug)]
pub struct Dropping;

/// The mode of [`ContextLayer::owned`](crate::ContextLayer::owned), in which the service owns its
/// handlers.
#[derive(Clone, Copy, Debug)]
pub struct Owned;
