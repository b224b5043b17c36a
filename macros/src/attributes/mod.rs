//! One file an attribute: its arguments, what it asks of the function, its expansion.

mod cancellable;
pub(crate) mod enforce;
mod with_timeout;
mod worker_pool;

pub(crate) use self::cancellable::Cancellable;
pub(crate) use self::with_timeout::WithTimeout;
pub(crate) use self::worker_pool::WorkerPool;

use crate::diagnostics::Error;
use crate::function::Function;
use crate::pipeline::Attribute;

/// The attribute stands on a plain `fn`.
fn not_async<A: Attribute>(function: &Function) -> Error {
    Error::new(
        function.sig.fn_token,
        format!("`#[{}]` stands on an `async fn`, and `{}` is not", A::NAME, function.name()),
    )
    .help("write `async fn`: only at an `.await` can a call be interrupted")
}
