//! A place where a test may suspend a task.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::task::coop::poll_proceed;

use super::session;

/// Precedes an `.await` in the body of a test, because not every awaited future takes Tokio's
/// budget.
#[must_use]
pub struct Checkpoint {
    at: &'static Location<'static>,
}

/// Creates a checkpoint at the caller's place.
#[track_caller]
pub fn checkpoint() -> Checkpoint {
    Checkpoint { at: Location::caller() }
}

impl Future for Checkpoint {
    type Output = Reached;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Reached> {
        if session::reaches(self.at) {
            ready!(poll_proceed(cx)).made_progress();
        }
        Poll::Ready(Reached(()))
    }
}

/// Proof that the task has passed a checkpoint.
#[derive(Debug)]
pub struct Reached(());

/// Returns a future that was created after the checkpoint.
#[must_use]
pub fn after<F>(_: Reached, future: F) -> F {
    future
}

/// Returns a future that was created before the checkpoint.
#[must_use]
pub fn before<F>(future: F, _: Reached) -> F {
    future
}
