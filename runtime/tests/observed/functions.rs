//! Functions with spans and metrics.

use std::time::Duration;

use taskward::{Context, ContextError, retry, single_flight, worker_pool};

#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Flaky,
    Interrupted,
}

impl From<ContextError> for Fault {
    fn from(_: ContextError) -> Self {
        Self::Interrupted
    }
}

#[retry(attempts = 3, backoff = "1s..2s", span, fields(%first, second = second.len()), metrics)]
pub(crate) async fn flaky(ctx: &Context, first: String, second: String) -> Result<usize, Fault> {
    tracing::info!("an attempt");
    ctx.checkpoint().await?;
    if first == "works" { Ok(second.len()) } else { Err(Fault::Flaky) }
}

#[single_flight(key = name.clone(), span, fields(name = name), metrics)]
pub(crate) async fn price(ctx: &Context, name: String) -> Result<u64, Fault> {
    tracing::info!("asking");
    ctx.sleep(Duration::from_secs(1)).await?;
    Ok(name.len() as u64)
}

#[worker_pool(workers = 2, span, fields(item), metrics)]
pub(crate) async fn resize(ctx: &Context, item: u64, factor: u64) -> Result<u64, ContextError> {
    ctx.sleep(Duration::from_secs(item)).await?;
    Ok(item * factor)
}

#[worker_pool(workers = 2, metrics)]
pub(crate) fn hash(ctx: &Context, item: u64) -> Result<u64, ContextError> {
    ctx.check()?;
    Ok(item)
}
