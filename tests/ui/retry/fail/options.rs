//! Options of `#[retry]` with invalid values.

use taskward::{Context, ContextError, retry};

type Result<T> = std::result::Result<T, Error>;

struct Error;

impl From<ContextError> for Error {
    fn from(_: ContextError) -> Self {
        Self
    }
}

#[retry]
async fn no_attempts(ctx: &Context) -> Result<()> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempts = 0)]
async fn zero_attempts(ctx: &Context) -> Result<()> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempts = 3, backoff = "")]
async fn empty_backoff(ctx: &Context) -> Result<()> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempts = 3, backoff = "1s")]
async fn no_range(ctx: &Context) -> Result<()> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempts = 3, backoff = "5s..100ms")]
async fn reversed(ctx: &Context) -> Result<()> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempts = 3, backoff = "100..5s")]
async fn no_unit(ctx: &Context) -> Result<()> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempts = 3, backoff = "0..5s")]
async fn zero_backoff(ctx: &Context) -> Result<()> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempts = 3, when = true)]
async fn no_function(ctx: &Context) -> Result<()> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempt = 3)]
async fn misspelt(ctx: &Context) -> Result<()> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempts = 3)]
#[retry(attempts = 2)]
async fn twice(ctx: &Context) -> Result<()> {
    Ok(ctx.checkpoint().await?)
}

fn main() {}
