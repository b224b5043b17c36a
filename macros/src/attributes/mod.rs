//! One module for each attribute, or kind of attributes: arguments, requirements, expansion.

mod cancel_test;
pub(crate) mod enforce;
pub(crate) mod interrupt;
mod main;
pub(crate) mod memo;
pub(crate) mod observe;
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
