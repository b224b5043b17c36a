//! What the test attributes expand to.
#![allow(missing_docs)]

use std::future::Future;

pub use super::cancel::CancelTest;
pub use super::checkpoint::{Checkpoint, checkpoint};
pub use super::race::{RaceTest, TestName};
pub use super::spawn::{
    Argument, Spawner, Spawns, ViaArgument, ViaFuture, ViaOther, ViaSpawner, blocking, detached, tracked,
};
pub use super::task::Tracked;
pub use super::test::{Level, Test};
pub use super::verdict::{Verdict, ViaAnything, ViaTestOutput};

use super::output::TestOutput;
use crate::__private::ContextParam;
use crate::context::Context;

/// The parameter of a test, of whatever kind it is.
#[must_use]
pub fn test_context<P: ContextParam>(ctx: &Context) -> P::Derived<'_> {
    P::derived(ctx)
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

/// What is in scope in the body of a `#[taskward::cancel_test]`.
pub mod cancel_scope {
    pub use crate::testing::cancellable;
}
