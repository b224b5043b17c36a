//! The part of a stream that talks to the database.

use taskward::ContextError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::batch::Batch;
use super::call::Call;
use crate::engine::ROWS;
use crate::engine::types::ResultRow;
use crate::error::JobsError;
use crate::output::ended_by;

/// An order of a stream to its exchange.
pub(super) enum Order {
    /// The next item.
    Send(String),
    /// There are no more items.
    Close,
    /// No more results are wanted.
    Stop,
    /// The next item has no form that can be sent.
    Fail(JobsError),
}

/// Sends items, and hands on results as they come, until all have come or the context ends.
pub(super) async fn exchange(
    call: Call,
    mut orders: UnboundedReceiver<Order>,
    results: UnboundedSender<ResultRow>,
) -> Result<(), ContextError> {
    let mut batch = None;
    let ended = run(&call, &mut batch, &mut orders, &results).await;
    match (batch, &ended) {
        (Some(batch), Ok(true)) => batch.finish().await,
        (Some(batch), Ok(false)) => batch.cancel("a result ended the stream").await,
        (Some(batch), Err(why)) => batch.cancel(&why.to_string()).await,
        (None, _) => {}
    }
    ended.map(drop)
}

enum Step {
    Order(Option<Order>),
    Row(ResultRow),
}

/// Returns `true` if all items have a result.
async fn run(
    call: &Call,
    batch: &mut Option<Batch>,
    orders: &mut UnboundedReceiver<Order>,
    results: &UnboundedSender<ResultRow>,
) -> Result<bool, ContextError> {
    let (mut is_open, mut sent, mut received) = (true, 0, 0);
    while is_open || received < sent {
        let step = tokio::select! {
            biased;
            order = orders.recv() => Step::Order(order),
            row = next(batch, call), if received < sent => Step::Row(row?),
            why = call.ctx.cancelled() => return Err(why),
        };
        let first = match step {
            Step::Row(row) => {
                received += 1;
                // The receiver owns this future.
                let _ = results.send(row);
                continue;
            }
            Step::Order(order) => order,
        };
        let mut items = Vec::new();
        let mut order = first;
        // All that is there goes in one statement.
        loop {
            match order {
                Some(Order::Send(item)) => items.push(item),
                Some(Order::Close) => is_open = false,
                Some(Order::Stop) | None => return Ok(false),
                Some(Order::Fail(error)) => return Err(ended_by(error)),
            }
            if items.len() >= ROWS {
                break;
            }
            let Ok(more) = orders.try_recv() else { break };
            order = Some(more);
        }
        if !items.is_empty() {
            call.ctx.check()?;
            sent += items.len();
            send(call, batch, items).await.map_err(ended_by)?;
        }
    }
    Ok(true)
}

async fn next(batch: &mut Option<Batch>, call: &Call) -> Result<ResultRow, ContextError> {
    match batch {
        Some(batch) => match batch.next(&call.ctx).await? {
            Some(row) => Ok(row),
            // More are expected, and do not come.
            None => Err(ended_by(JobsError::BatchGone)),
        },
        None => std::future::pending().await,
    }
}

async fn send(call: &Call, batch: &mut Option<Batch>, items: Vec<String>) -> Result<(), JobsError> {
    if let Some(batch) = batch {
        return batch.append(items).await;
    }
    *batch = Some(Batch::submit(&call.jobs, call.spec, &call.ctx, items, false).await?);
    Ok(())
}
