//! Twenty callers use a server that fails now and then. Concurrent callers share one request,
//! which is retried until it succeeds, and no caller waits longer than a second.
//!
//! ```text
//! cargo run --example quotes
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use taskward::{Context, ContextError, RetryBudget, TaskGroup, cancellable, retry, single_flight, with_timeout};
use tokio::time::{Instant, sleep};

/// A server that answers the third request, and delays its refusal of the second.
#[derive(Default)]
struct Server {
    requests: AtomicU32,
}

#[derive(Clone, Debug, thiserror::Error)]
enum Error {
    #[error("the server is busy")]
    Busy,
    #[error("there is no `{0}`")]
    Unknown(String),
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

impl Error {
    /// A request that took too long is retried, too.
    fn is_transient(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

impl Server {
    #[cancellable]
    async fn get(&self, ctx: &Context, symbol: &str) -> Result<u32, Error> {
        let request = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        println!("request {request} for {symbol}");
        sleep(if request == 2 { Duration::from_secs(60) } else { Duration::from_millis(20) }).await;
        match (symbol, request) {
            (_, 1) => Err(Error::Busy),
            ("FERRIS", _) => Ok(42),
            _ => Err(Error::Unknown(symbol.to_owned())),
        }
    }
}

/// Twenty retries in all, as long as no request succeeds.
static BUDGET: RetryBudget = RetryBudget::new(20);

/// From the outside in: each caller waits at most a second; callers with the same symbol share a
/// run; a run is five attempts; an attempt is given up after 100 ms.
#[with_timeout("1s")]
#[single_flight(key = symbol, shared(server))]
#[retry(attempts = 5, backoff = "10ms..100ms", when = Error::is_transient, budget = BUDGET)]
#[with_timeout("100ms")]
async fn quote(ctx: &Context, symbol: &str, server: Arc<Server>) -> Result<u32, Error> {
    server.get(ctx, symbol).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (ctx, server, start) = (Context::background(), Arc::new(Server::default()), Instant::now());
    let callers = TaskGroup::new(&ctx);
    for _ in 0..20 {
        let server = server.clone();
        callers.spawn(async move |ctx| quote(&ctx, "FERRIS", server).await).await?;
    }
    let quotes: Vec<u32> = callers.join().await?;
    assert_eq!(quotes, [42; 20]);
    assert!(matches!(quote(&ctx, "GOPHER", server.clone()).await, Err(Error::Unknown(_))));
    println!(
        "{} callers, {} requests, {:.0?}",
        quotes.len() + 1,
        server.requests.load(Ordering::Relaxed),
        start.elapsed()
    );
    Ok(())
}
