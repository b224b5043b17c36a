//! What the test attributes expand to.
#![allow(missing_docs)]

use std::future::Future;

pub use super::checkpoint::{Checkpoint, checkpoint};
pub use super::race::{RaceTest, TestName};
pub use super::spawn::{Argument, Spawner, Spawns, ViaArgument, ViaFuture, ViaOther, ViaSpawner, tracked};
pub use super::task::Tracked;

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
