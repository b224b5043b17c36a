//! Retries: a shared budget, and calls that end during an attempt or between two.

use std::time::Duration;

use taskward::{Context, ContextError, RetryBudget, cancel_test, race_test, retry, single_flight};
use tokio::task::yield_now;

use super::Census;

#[derive(Clone, Debug)]
enum Error {
    Failed,
    Interrupted(ContextError),
}

impl From<ContextError> for Error {
    fn from(why: ContextError) -> Self {
        Self::Interrupted(why)
    }
}

type Result<T> = std::result::Result<T, Error>;

#[retry(attempts = 4, budget = *budget)]
async fn fails(budget: &RetryBudget, attempts: &Census) -> Result<()> {
    let _attempt = attempts.enter();
    yield_now().await;
    Err(Error::Failed)
}

#[race_test(delays = 3)]
async fn calls_that_share_a_budget_never_spend_more_than_there_is() {
    let (budget, attempts) = (RetryBudget::new(3), Census::default());
    let (one, two) = tokio::join!(fails(&budget, &attempts), fails(&budget, &attempts));
    assert!(one.is_err() && two.is_err());
    // Two first attempts, and three retries in total.
    assert_eq!((attempts.ever(), attempts.alive(), budget.tokens()), (5, 0, 0));
}

#[retry(attempts = 9, backoff = "1s..1s")]
async fn waits(ctx: &Context, attempts: &Census) -> Result<()> {
    let _attempt = attempts.enter();
    ctx.run(yield_now()).await?;
    Err(Error::Failed)
}

#[race_test(delays = 3)]
async fn after_the_end_of_the_context_no_attempt_begins(ctx: Context) {
    let (ctx, canceller) = ctx.with_cancel();
    let attempts = Census::default();
    let call = tokio::spawn({
        let attempts = attempts.clone();
        async move { waits(&ctx, &attempts).await }
    });
    yield_now().await;
    canceller.cancel();
    let begun = attempts.ever();
    assert!(matches!(call.await.unwrap(), Err(Error::Failed | Error::Interrupted(_))));
    // An attempt that began at the same time is interrupted.
    assert!(attempts.ever() <= begun + 1 && attempts.alive() == 0);
}

#[single_flight(key = (), shared(attempts))]
#[retry(attempts = 2, backoff = "1s..1s")]
async fn shared(ctx: &Context, attempts: Census) -> Result<usize> {
    let _attempt = attempts.enter();
    assert_eq!(attempts.alive(), 1, "two at a time");
    ctx.run(yield_now()).await?;
    if ctx.attempt() == 2 { Ok(attempts.ever()) } else { Err(Error::Failed) }
}

#[race_test(delays = 2)]
async fn the_attempts_of_a_run_belong_to_all_its_callers(ctx: Context) {
    let attempts = Census::default();
    let (leaving, canceller) = ctx.with_cancel();
    let call = |ctx: Context| {
        let attempts = attempts.clone();
        tokio::spawn(async move { shared(&ctx, attempts).await })
    };
    let (first, second) = (call(leaving), call(ctx));
    yield_now().await;
    canceller.cancel();
    let _ = first.await.unwrap();
    assert!(second.await.unwrap().is_ok());
    assert_eq!(attempts.alive(), 0);
}

/// Counts the sent numbers, each once.
#[retry(attempts = 3, backoff = "1ms..4ms")]
async fn send(next: &mut u32, sent: &mut Vec<u32>) -> Result<()> {
    yield_now().await;
    // There is no `.await` between the two.
    sent.push(*next);
    *next += 1;
    yield_now().await;
    if *next == 3 { Ok(()) } else { Err(Error::Failed) }
}

#[cancel_test]
async fn a_retried_call_that_is_dropped_has_done_each_attempt_whole_or_not() {
    let (mut next, mut sent) = (0, Vec::new());
    let done = cancellable(send(&mut next, &mut sent)).await;
    assert!(done.is_none_or(|result| result.is_ok()));
    assert_eq!(sent, (0..next).collect::<Vec<_>>());
}

#[cancel_test(by = context)]
async fn a_retried_call_whose_context_ends_gives_the_last_error_or_the_interruption(ctx: Context) {
    let attempts = Census::default();
    let short = ctx.with_timeout(Duration::from_millis(2500));
    let result = cancellable(waits(&short, &attempts)).await.unwrap();
    match result {
        Err(Error::Failed) => assert!(attempts.ever() <= 3),
        Err(Error::Interrupted(why)) => assert!(short.has_ended(), "{why}"),
        Ok(()) => unreachable!("no attempt succeeds"),
    }
    assert_eq!(attempts.alive(), 0);
}
