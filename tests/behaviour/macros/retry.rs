//! `#[retry]` on a paused clock.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use taskward::{Context, ContextError, RetryBudget, cancellable, retry, single_flight, with_timeout};
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, thiserror::Error)]
enum Error {
    #[error("attempt {0} failed")]
    Failed(u32),
    #[error("not found")]
    NotFound,
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

type Result<T> = std::result::Result<T, Error>;

impl Error {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

/// Fails until the attempt with the number `attempt`.
#[retry(attempts = 5, backoff = "100ms..5s")]
async fn until(ctx: &Context, attempt: u32, seen: &Cell<u32>) -> Result<u32> {
    ctx.checkpoint().await?;
    seen.set(seen.get() + 1);
    assert_eq!(Context::current().attempt(), seen.get());
    assert_eq!(ctx.attempt(), seen.get());
    if seen.get() == attempt { Ok(attempt) } else { Err(Error::Failed(seen.get())) }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_made_again_after_growing_pauses_until_it_succeeds() {
    let (ctx, seen, start) = (Context::background(), Cell::new(0), Instant::now());
    assert_eq!(until(&ctx, 1, &seen).await.unwrap(), 1);
    assert_eq!(start.elapsed(), Duration::ZERO);
    seen.set(0);
    assert_eq!(until(&ctx, 3, &seen).await.unwrap(), 3);
    let (least, most) = (200, 200 + 400);
    assert!((least..=most + 2).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    seen.set(0);
    assert!(matches!(until(&ctx, 9, &seen).await, Err(Error::Failed(5))));
    assert_eq!(seen.get(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_would_reach_the_deadline_is_not_begun() {
    let (seen, start) = (Cell::new(0), Instant::now());
    let ctx = Context::background().with_timeout(Duration::from_millis(50));
    assert!(matches!(until(&ctx, 9, &seen).await, Err(Error::Failed(1))));
    assert_eq!((seen.get(), start.elapsed()), (1, Duration::ZERO));
}

#[derive(Debug, thiserror::Error)]
#[error("the server is busy")]
struct Busy;

#[with_timeout("3s")]
#[retry(attempts = 9, backoff = "2s..2s")]
async fn of_any_error(ctx: &Context) -> anyhow::Result<()> {
    ctx.checkpoint().await?;
    Err(Busy.into())
}

#[tokio::test(start_paused = true)]
async fn the_last_real_error_is_kept_and_says_that_there_was_no_time() {
    let start = Instant::now();
    let error = of_any_error(&Context::background()).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 2);
    assert!(error.downcast_ref::<Busy>().is_some());
    if cfg!(feature = "anyhow") {
        assert_eq!(format!("{error:#}"), "deadline exceeded: `of_any_error` took longer than 3s: the server is busy");
        assert!(error.downcast_ref::<ContextError>().unwrap().is_deadline_exceeded());
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_of_the_context_in_a_pause_returns_the_last_error_at_once() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (seen, start) = (Cell::new(0), Instant::now());
    let call = until(&ctx, 9, &seen);
    let cancel = async {
        sleep(Duration::from_millis(50)).await;
        canceller.cancel();
    };
    let (result, ()) = tokio::join!(call, cancel);
    assert!(matches!(result, Err(Error::Failed(1))));
    assert!(start.elapsed() < Duration::from_millis(60));
}

#[cancellable]
#[retry(attempts = 5, backoff = "1s..5s")]
async fn interrupted(ctx: &Context, seen: &Cell<u32>) -> Result<()> {
    seen.set(seen.get() + 1);
    ctx.run(sleep(SECOND)).await?;
    Err(Error::Failed(seen.get()))
}

#[tokio::test(start_paused = true)]
async fn an_interruption_is_never_retried() {
    let (ctx, canceller) = Context::background().with_cancel();
    let seen = Cell::new(0);
    let cancel = async {
        sleep(SECOND / 2).await;
        canceller.cancel();
    };
    let (result, ()) = tokio::join!(interrupted(&ctx, &seen), cancel);
    assert!(matches!(result, Err(Error::Interrupted(why)) if why.is_cancelled()));
    assert_eq!(seen.get(), 1);
    assert!(matches!(interrupted(&ctx, &seen).await, Err(Error::Interrupted(_))));
    assert_eq!(seen.get(), 1);
}

#[retry(attempts = 5)]
async fn cancelled_elsewhere(seen: &Cell<u32>) -> anyhow::Result<()> {
    seen.set(seen.get() + 1);
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    ctx.check()?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_error_that_says_cancelled_is_an_interruption_too() {
    let seen = Cell::new(0);
    assert!(cancelled_elsewhere(&seen).await.unwrap_err().is::<ContextError>());
    assert_eq!(seen.get(), 1);
}

#[retry(attempts = 5, when = Error::is_transient)]
async fn permanent(ctx: &Context, seen: Rc<Cell<u32>>) -> Result<()> {
    ctx.checkpoint().await?;
    seen.set(seen.get() + 1);
    if seen.get() == 2 { Err(Error::NotFound) } else { Err(Error::Failed(seen.get())) }
}

#[tokio::test(start_paused = true)]
async fn only_errors_that_are_worth_it_are_retried() {
    let seen = Rc::new(Cell::new(0));
    assert!(matches!(permanent(&Context::background(), seen.clone()).await, Err(Error::NotFound)));
    assert_eq!(seen.get(), 2);
}

#[with_timeout("3s")]
#[retry(attempts = 9, backoff = "100ms..100ms")]
async fn limit_for_all(ctx: &Context, seen: &Cell<u32>) -> Result<()> {
    seen.set(seen.get() + 1);
    ctx.run(sleep(SECOND)).await?;
    Err(Error::Failed(seen.get()))
}

#[retry(attempts = 2, backoff = "100ms..100ms")]
#[with_timeout("3s")]
async fn limit_for_each(ctx: &Context, seen: &Cell<u32>) -> std::result::Result<(), ContextError> {
    seen.set(seen.get() + 1);
    ctx.run(sleep(9 * SECOND)).await
}

#[tokio::test(start_paused = true)]
async fn a_limit_above_is_for_all_attempts_and_one_below_for_each() {
    let (ctx, seen, start) = (Context::background(), Cell::new(0), Instant::now());
    assert!(matches!(limit_for_all(&ctx, &seen).await, Err(Error::Interrupted(why)) if why.is_deadline_exceeded()));
    assert_eq!((seen.get(), start.elapsed()), (3, 3 * SECOND));
    let (seen, start) = (Cell::new(0), Instant::now());
    assert!(limit_for_each(&ctx, &seen).await.unwrap_err().is_deadline_exceeded());
    assert_eq!(seen.get(), 2);
    assert!((6100..6110).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
}

static BUDGET: RetryBudget = RetryBudget::new(3);

#[retry(attempts = 3, budget = BUDGET)]
async fn within_a_budget(seen: &AtomicU32) -> Result<()> {
    seen.fetch_add(1, Ordering::Relaxed);
    Err(Error::NotFound)
}

#[tokio::test(start_paused = true)]
async fn without_budget_nothing_is_retried() {
    let seen = AtomicU32::new(0);
    for attempts in [3, 5, 6, 7] {
        assert!(within_a_budget(&seen).await.is_err());
        assert_eq!(seen.load(Ordering::Relaxed), attempts);
    }
}

struct Client {
    attempts: u32,
    budget: RetryBudget,
    buffer: Vec<u32>,
}

impl Client {
    #[retry(attempts = self.attempts, backoff = pause..pause * 2, budget = self.budget)]
    async fn read(&self, pause: Duration, name: String, (a, b): (u32, u32)) -> Result<String> {
        match Context::current().attempt() {
            2 => Ok(format!("{name}{}{}", a + b, self.buffer.len())),
            n => Err(Error::Failed(n)),
        }
    }

    #[retry(attempts = 3)]
    async fn write(&mut self, ctx: &Context, out: &mut Vec<u32>) -> Result<usize> {
        ctx.checkpoint().await?;
        self.buffer.push(1);
        out.push(2);
        if out.len() == 2 { Ok(self.buffer.len()) } else { Err(Error::Failed(ctx.attempt())) }
    }
}

#[tokio::test(start_paused = true)]
async fn parameters_are_there_for_each_attempt() {
    let mut client = Client { attempts: 2, budget: RetryBudget::new(1), buffer: Vec::new() };
    assert_eq!(client.read(SECOND, "n".to_owned(), (1, 2)).await.unwrap(), "n30");
    let mut out = Vec::new();
    assert_eq!(client.write(&Context::background(), &mut out).await.unwrap(), 2);
    assert_eq!(out, [2, 2]);
}

#[async_trait::async_trait]
trait Fetch {
    async fn fetch(&self, ctx: &Context, name: String) -> Result<String>;
    async fn fetch_mut(&mut self, name: &str) -> Result<u32>;
}

#[async_trait::async_trait]
impl Fetch for u32 {
    #[cancellable]
    #[retry(attempts = 3)]
    async fn fetch(&self, ctx: &Context, name: String) -> Result<String> {
        ctx.checkpoint().await?;
        if ctx.attempt() == *self { Ok(name) } else { Err(Error::Failed(0)) }
    }

    #[retry(attempts = 3)]
    async fn fetch_mut(&mut self, name: &str) -> Result<u32> {
        *self += u32::try_from(name.len()).unwrap();
        if *self == 4 { Ok(*self) } else { Err(Error::Failed(0)) }
    }
}

#[tokio::test(start_paused = true)]
async fn methods_of_an_async_trait_are_retried() {
    assert_eq!(3.fetch(&Context::background(), "a".to_owned()).await.unwrap(), "a");
    assert_eq!(2.fetch_mut("a").await.unwrap(), 4);
}

static RUNS: AtomicU32 = AtomicU32::new(0);

/// One run for all callers, a limit for all attempts, and a limit for each.
#[single_flight(key = id)]
#[with_timeout("10s")]
#[retry(attempts = 3, backoff = "100ms..200ms")]
#[with_timeout("1s")]
async fn everything(ctx: &Context, id: u32) -> Result<u32> {
    RUNS.fetch_add(1, Ordering::Relaxed);
    if ctx.attempt() < 3 {
        ctx.run(sleep(9 * SECOND)).await?;
    }
    Ok(id)
}

#[tokio::test(start_paused = true)]
async fn retries_limits_and_flights_stack() {
    let (ctx, start) = (Context::background(), Instant::now());
    let (one, other) = tokio::join!(everything(&ctx, 7), everything(&ctx, 7));
    assert_eq!((one.unwrap(), other.unwrap()), (7, 7));
    assert_eq!(RUNS.load(Ordering::Relaxed), 3);
    assert!(start.elapsed() >= 2 * SECOND && start.elapsed() < 3 * SECOND);
}
