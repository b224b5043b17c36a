//! One file an attribute: its arguments, what it asks of the function, its expansion.

mod cancel_test;
mod cancellable;
pub(crate) mod enforce;
mod lazy;
mod main;
mod once;
mod race_test;
mod single_flight;
mod test;
pub(crate) mod testing;
mod with_timeout;
mod worker_pool;

pub(crate) use self::cancel_test::CancelTest;
pub(crate) use self::cancellable::Cancellable;
pub(crate) use self::lazy::Lazy;
pub(crate) use self::main::Main;
pub(crate) use self::once::Once;
pub(crate) use self::race_test::RaceTest;
pub(crate) use self::single_flight::SingleFlight;
pub(crate) use self::test::Test;
pub(crate) use self::with_timeout::WithTimeout;
pub(crate) use self::worker_pool::WorkerPool;

use proc_macro2::{Ident, Span};

use crate::diagnostics::Error;
use crate::function::Function;
use crate::params::mentions;
use crate::pipeline::Attribute;

/// The attribute stands on a plain `fn`.
fn not_async<A: Attribute>(function: &Function) -> Error {
    let error = Error::new(
        function.sig.fn_token,
        format!("`#[{}]` stands on an `async fn`, and `{}` is not", A::NAME, function.name()),
    );
    // What `#[tokio::test]` and `#[tokio::main]` leave.
    let block_on = Ident::new("block_on", Span::call_site());
    if function.body.as_ref().is_some_and(|body| mentions(&body.stream(), &block_on)) {
        return error.help("put it above the attribute that takes the `async` away");
    }
    error.help("write `async fn`: only at an `.await` can a call be interrupted")
}
