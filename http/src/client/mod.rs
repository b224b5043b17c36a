//! Calls to other services that take the context of their caller along.

mod body;
mod error;
mod layer;

pub use self::body::ClientBody;
pub use self::error::BoxError;
pub use self::layer::{ClientContextLayer, ClientContextService, ClientFuture};
