//! The fixtures of `fail` with the helps followed.

use std::sync::Arc;

use taskward::{Context, ContextError, retry};

/// An enum with `From<ContextError>`.
#[derive(Debug)]
enum Error {
    Failed,
    Interrupted(ContextError),
}

impl From<ContextError> for Error {
    fn from(why: ContextError) -> Self {
        Self::Interrupted(why)
    }
}

fn is_worth_it(error: &Error) -> bool {
    match error {
        Error::Failed => true,
        Error::Interrupted(why) => why.to_string().is_empty(),
    }
}

const WHEN: fn(&Error) -> bool = is_worth_it;

struct Token;

#[retry(attempts = 3)]
async fn not_async() -> Result<(), Error> {
    Ok(())
}

#[retry(attempts = 3)]
async fn only_interruptions(ctx: &Context) -> Result<(), Error> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempts = 3)]
async fn taken(token: &Token) -> Result<(), Error> {
    tokio::task::yield_now().await;
    let _ = token;
    Ok(())
}

#[retry(attempts = 3)]
async fn shared(token: Arc<Token>) -> Result<(), Error> {
    tokio::task::yield_now().await;
    drop(token);
    Ok(())
}

#[retry(attempts = 3)]
async fn borrowed(list: &Vec<u8>) -> Result<&u8, Error> {
    tokio::task::yield_now().await;
    list.first().ok_or(Error::Failed)
}

#[retry(attempts = 5, backoff = "100ms..5s")]
async fn no_attempts(ctx: &Context) -> Result<(), Error> {
    Ok(ctx.checkpoint().await?)
}

#[retry(attempts = 3, backoff = "100ms..5s", when = WHEN)]
async fn no_unit(ctx: &Context) -> Result<(), Error> {
    Ok(ctx.checkpoint().await?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ctx = &Context::background();
    not_async().await.unwrap();
    only_interruptions(ctx).await.unwrap();
    taken(&Token).await.unwrap();
    shared(Arc::new(Token)).await.unwrap();
    borrowed(&vec![1]).await.unwrap();
    no_attempts(ctx).await.unwrap();
    no_unit(ctx).await.unwrap();
}
