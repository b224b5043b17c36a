//! Entry points for the expansions of the test attributes.
#![allow(missing_docs)]

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;

pub use super::cancel::{CancelTest, Cancellation};
pub use super::checkpoint::{Checkpoint, Reached, after, before, checkpoint};
pub use super::explore::TestName;
pub use super::joined::{HasJoinSet, Joins, ViaAnyFuture, ViaHandle, ViaJoinSet, ViaNoJoinSet, awaited};
pub use super::race::RaceTest;
pub use super::spawn::{Argument, Spawner, Spawns, ViaArgument, ViaFuture, ViaOther, ViaSpawner, blocking, tracked};
pub use super::task::Tracked;
pub use super::test::{Level, Test};
pub use super::verdict::{Verdict, ViaAnything, ViaTestOutput};

use super::output::TestOutput;
use crate::context::Context;
use crate::context::param::ContextParam;

/// Returns the parameter of a test, of any kind of context.
#[must_use]
pub fn test_context<P: ContextParam>(ctx: &Context) -> P::Derived<'_> {
    P::derived(ctx)
}

/// Boxes the body of a test that is run many times. Unsuitable results are reported at the type,
/// and only there, because the box hides them.
pub fn test_future<F>(body: F) -> Pin<Box<dyn Future<Output = Result<(), TestError>>>>
where
    F: Future<Output: TestOutput> + 'static,
{
    Box::pin(async { body.await.error().map_or(Ok(()), |error| Err(TestError(error))) })
}

/// The error that a body returned, as a text.
pub struct TestError(String);

impl Debug for TestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `#[taskward::race_test]`
#[track_caller]
pub fn race_test<F, B>(name: TestName, test: RaceTest, body: B)
where
    B: Fn(Context) -> F + Send + 'static,
    F: Future<Output: TestOutput> + 'static,
{
    test.with_name(name).explore(body).unwrap();
}

/// `#[taskward::cancel_test]`
#[track_caller]
pub fn cancel_test<F, B>(name: TestName, test: CancelTest, body: B)
where
    B: Fn(Context) -> F + Send + 'static,
    F: Future<Output: TestOutput> + 'static,
{
    test.with_name(name).explore(body).unwrap();
}

/// The names in scope in the body of a `#[taskward::cancel_test]`.
pub mod cancel_scope {
    pub use crate::testing::cancellable;
}
