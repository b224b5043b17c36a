//! Functions that cannot be called again.

use taskward::{Context, ContextError, retry};

struct Error;

struct Token;

#[retry(attempts = 3)]
fn not_async() -> Result<(), Error> {
    Err(Error)
}

#[retry(attempts = 3)]
async fn no_result(ctx: &Context) -> Option<u8> {
    ctx.checkpoint().await.ok()?;
    None
}

#[retry(attempts = 3)]
async fn nothing(ctx: &Context) {
    let _ = ctx.checkpoint().await;
}

#[retry(attempts = 3)]
async fn only_interruptions(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[retry(attempts = 3)]
async fn taken(token: Token) -> Result<(), Error> {
    tokio::task::yield_now().await;
    drop(token);
    Err(Error)
}

#[retry(attempts = 3)]
async fn borrowed(list: &mut Vec<u8>) -> Result<&u8, Error> {
    tokio::task::yield_now().await;
    list.first().ok_or(Error)
}

fn main() {}
