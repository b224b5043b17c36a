//! Tokio's cooperative budget, which an interrupted call spends like any ready operation: so a loop
//! over calls that fail at once yields, and the call or the timeout around it gets its turn.

use std::future::poll_fn;
use std::task::{Context as Task, Poll};

use tokio::task::coop;

/// Spends a unit. Pending if the budget is used up: then the task is woken, and polls again.
pub(crate) fn poll_spend(task: &mut Task<'_>) -> Poll<()> {
    coop::poll_proceed(task).map(|spent| spent.made_progress())
}

/// Spends a unit, or waits until there is one.
pub(crate) async fn spend() {
    poll_fn(poll_spend).await;
}
