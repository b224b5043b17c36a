//! Forms of `#[retry]`.

use std::future::Future;
use std::time::Duration;

use taskward::{Context, ContextError, RetryBudget, cancellable, retry, with_timeout};

#[derive(Debug)]
struct Error;

impl From<ContextError> for Error {
    fn from(_: ContextError) -> Self {
        Self
    }
}

type Result<T> = std::result::Result<T, Error>;

static BUDGET: RetryBudget = RetryBudget::new(5);

#[retry(attempts = 3)]
async fn free() -> Result<u8> {
    Ok(1)
}

#[retry(attempts = 3, backoff = "1ms..1s", when = |_| true, budget = BUDGET)]
async fn all(ctx: Context, n: u8, (a, mut b): (u8, u8), text: &str) -> Result<u8> {
    ctx.checkpoint().await?;
    b += n;
    Ok(a + b + text.len() as u8)
}

#[retry(attempts = 2 + 1, backoff = Duration::from_millis(1)..Duration::from_secs(1))]
#[cancellable]
#[with_timeout("5s")]
async fn stacked<T: Clone>(ctx: &Context, item: T) -> Result<T> {
    ctx.checkpoint().await?;
    Ok(item)
}

trait Store {
    #[retry(attempts = 3)]
    fn get(&self, n: u8) -> impl Future<Output = Result<u8>> + Send
    where
        Self: Sync,
    {
        async move { Ok(n) }
    }
}

struct Memory(Vec<u8>);

impl Store for Memory {}

impl Memory {
    #[retry(attempts = 3)]
    async fn push(&mut self, n: u8) -> std::io::Result<usize> {
        self.0.push(n);
        Ok(self.0.len())
    }

    #[retry(attempts = 3)]
    async fn borrows<'a>(&'a self, _ctx: &Context) -> anyhow::Result<&'a u8> {
        self.0.first().ok_or_else(|| anyhow::anyhow!("empty"))
    }
}

fn send<T: Send>(it: T) -> T {
    it
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ctx = Context::background();
    assert_eq!(free().await.unwrap(), 1);
    assert_eq!(send(all(ctx.clone(), 1, (1, 1), "a")).await.unwrap(), 4);
    assert_eq!(send(stacked(&ctx, 3)).await.unwrap(), 3);
    let mut memory = Memory(Vec::new());
    assert_eq!(memory.push(1).await.unwrap(), 1);
    assert_eq!(send(memory.get(2)).await.unwrap(), 2);
    assert_eq!(memory.borrows(&ctx).await.unwrap(), &1);
}
