//! One folder an attribute, or a kind of them: its arguments, its requirements of the function, its expansion.

mod cancel_test;
pub(crate) mod enforce;
pub(crate) mod interrupt;
mod main;
pub(crate) mod memo;
mod race_test;
mod test;
pub(crate) mod testing;
mod worker_pool;

pub(crate) use self::cancel_test::CancelTest;
pub(crate) use self::interrupt::{Cancellable, Retry, WithTimeout};
pub(crate) use self::main::Main;
pub(crate) use self::memo::{Lazy, Once, SingleFlight};
pub(crate) use self::race_test::RaceTest;
pub(crate) use self::test::Test;
pub(crate) use self::worker_pool::WorkerPool;

use crate::args::Keys;
use crate::diagnostics::Error;
use crate::item::{Function, foreign};

/// The attribute stands on a plain `fn`.
pub(crate) fn not_async<A: Keys>(function: &Function) -> Error {
    let error = Error::new(
        function.sig.fn_token,
        format!("`#[{}]` stands on an `async fn`, and `{}` is not", A::NAME, function.name()),
    );
    if function.body.as_ref().is_some_and(|body| foreign::blocks_on(&body.stream())) {
        return error.help("put it above the attribute that takes the `async` away");
    }
    error.help("write `async fn`: only at an `.await` can a call be interrupted")
}
