//! Client calls that carry the caller's context.

mod body;
mod error;
mod layer;

pub use self::body::ClientBody;
pub use self::error::BoxError;
pub use self::layer::{ClientContextLayer, ClientContextService, ClientFuture};
