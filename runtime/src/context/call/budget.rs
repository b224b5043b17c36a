//! Tokio's cooperative budget. An interrupted call spends it like any ready operation, so a loop
//! over calls that fail at once yields to the call or timeout around it.

use std::future::poll_fn;
use std::task::{Context as Task, Poll};

use tokio::task::coop;

/// Spends one unit. If the budget is exhausted, schedules the task again and returns `Pending`.
pub(crate) fn poll_spend(task: &mut Task<'_>) -> Poll<()> {
    coop::poll_proceed(task).map(|spent| spent.made_progress())
}

/// Waits until there is budget left, and spends one unit.
pub(crate) async fn spend() {
    poll_fn(poll_spend).await;
}
