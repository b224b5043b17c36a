//! A place where a test may suspend a task.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::task::coop::poll_proceed;

use super::session;

/// Goes before an `.await` in the body of a test: not everything that can be awaited asks Tokio's
/// budget.
#[must_use]
pub struct Checkpoint {
    at: &'static Location<'static>,
}

/// At the caller's place.
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

/// The task has been there.
#[derive(Debug)]
pub struct Reached(());

/// What is to be awaited, made when the checkpoint has been reached.
#[must_use]
pub fn after<F>(_: Reached, future: F) -> F {
    future
}

/// What is to be awaited, made before the checkpoint is reached.
#[must_use]
pub fn before<F>(future: F, _: Reached) -> F {
    future
}
