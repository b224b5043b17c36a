use std::cell::Cell;
use std::future::pending;
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, with_timeout};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::support::Census;

type Result<T> = std::result::Result<T, ContextError>;

const SECOND: Duration = Duration::from_secs(1);

#[cancellable]
async fn work(ctx: &Context) -> Result<()> {
    pending().await
}

/// Works until it is interrupted, and then cleans up for `time`.
#[cancellable(grace = "2s")]
async fn cleans_up(ctx: &Context, time: Duration, cleaned: &Cell<bool>) -> Result<&'static str> {
    let Err(why) = work(ctx).await else { return Ok("done") };
    assert!(ctx.has_ended());
    sleep(time).await;
    cleaned.set(true);
    if time.is_zero() { Err(why) } else { Ok("cleaned up") }
}

async fn cancel_after<F: Future>(call: F, cancel: impl FnOnce()) -> (F::Output, Duration) {
    let end = Instant::now() + SECOND;
    let (result, ()) = tokio::join!(call, async {
        sleep(SECOND).await;
        cancel();
    });
    (result, end.elapsed())
}

#[crate::watched::test(start_paused = true)]
async fn a_body_that_ends_within_its_grace_returns_its_own_value() {
    let (ctx, canceller) = Context::background().with_cancel();
    let cleaned = Cell::new(false);
    let (result, after) = cancel_after(cleans_up(&ctx, SECOND, &cleaned), || canceller.cancel()).await;
    assert_eq!(result.unwrap(), "cleaned up");
    assert_eq!(after, SECOND);

    let (ctx, canceller) = Context::background().with_cancel();
    let (result, after) =
        cancel_after(cleans_up(&ctx, Duration::ZERO, &cleaned), || canceller.cancel_with("why")).await;
    assert_eq!(result.unwrap_err().to_string(), "cancelled: why");
    assert!(after < SECOND);
}

#[crate::watched::test(start_paused = true)]
async fn a_body_that_takes_longer_is_dropped_when_its_grace_is_over() {
    let (ctx, canceller) = Context::background().with_cancel();
    let cleaned = Cell::new(false);
    let call = cleans_up(&ctx, 5 * SECOND, &cleaned);
    let (result, after) = cancel_after(call, || canceller.cancel_with("why")).await;
    assert_eq!(result.unwrap_err().to_string(), "cancelled: why");
    assert_eq!(after, 2 * SECOND);
    assert!(!cleaned.get());
}

#[cancellable(grace = "2s", allow(no_await))]
async fn notes(ctx: &Context, polled: &Cell<bool>) -> Result<()> {
    polled.set(true);
    Ok(())
}

#[crate::watched::test(start_paused = true)]
async fn under_a_context_that_has_ended_before_the_body_is_never_polled() {
    let (ctx, canceller) = Context::background().with_cancel();
    let polled = Cell::new(false);
    notes(&ctx, &polled).await.unwrap();
    assert!(polled.take());
    canceller.cancel();
    assert!(notes(&ctx, &polled).await.is_err());
    assert!(!polled.get());
}

#[cancellable(grace = grace)]
async fn computed(ctx: &Context, grace: Duration, census: &Census) -> Result<()> {
    let _alive = census.enter();
    pending().await
}

#[crate::watched::test(start_paused = true)]
async fn a_grace_can_be_any_expression_and_one_of_zero_is_none() {
    let census = Census::default();
    for (grace, expected) in [(Duration::ZERO, Duration::ZERO), (SECOND, SECOND), (7 * SECOND, 7 * SECOND)] {
        let (ctx, canceller) = Context::background().with_cancel();
        let (result, after) = cancel_after(computed(&ctx, grace, &census), || canceller.cancel()).await;
        assert!(result.is_err());
        assert_eq!(after, expected);
        assert_eq!(census.alive(), 0);
    }
}

#[crate::watched::test(start_paused = true)]
async fn a_grace_beyond_all_time_has_no_end() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.disarm();
    let census = Census::default();
    let (ctx, canceller) = ctx.with_cancel();
    let call = tokio::time::timeout(1000 * SECOND, computed(&ctx, Duration::MAX, &census));
    assert!(cancel_after(call, || canceller.cancel()).await.0.is_err());
    assert_eq!(census.alive(), 0);
}

#[cancellable]
async fn calls_it(ctx: &Context, time: Duration, cleaned: &Cell<bool>) -> Result<&'static str> {
    cleans_up(ctx, time, cleaned).await
}

#[with_timeout("1s")]
async fn limits_it(ctx: &Context, time: Duration, cleaned: &Cell<bool>) -> Result<&'static str> {
    calls_it(ctx, time, cleaned).await
}

#[with_timeout("1s")]
async fn limits_it_without_a_context(time: Duration, cleaned: &Cell<bool>) -> Result<&'static str> {
    calls_it(&Context::current(), time, cleaned).await
}

#[crate::watched::test(start_paused = true)]
async fn callers_that_end_too_leave_it_its_grace() {
    let cleaned = Cell::new(false);
    for (time, after, has_cleaned) in [(SECOND, SECOND, true), (9 * SECOND, 2 * SECOND, false)] {
        let (ctx, canceller) = Context::background().with_cancel();
        let run = async { ctx.run(calls_it(&ctx, time, &cleaned)).await? };
        let (result, took) = cancel_after(run, || canceller.cancel()).await;
        assert_eq!((result.is_ok(), took), (has_cleaned, after));
        assert_eq!(cleaned.take(), has_cleaned);

        let ctx = Context::background();
        let (result, took) = cancel_after(limits_it(&ctx, time, &cleaned), || ()).await;
        assert_eq!((result.is_ok(), took), (has_cleaned, after));
        assert_eq!(cleaned.take(), has_cleaned);

        let (result, took) = cancel_after(limits_it_without_a_context(time, &cleaned), || ()).await;
        assert_eq!((result.is_ok(), took), (has_cleaned, after));
        assert_eq!(cleaned.take(), has_cleaned);
    }
}

/// The body cannot know that it should clean up.
#[crate::watched::test(start_paused = true)]
async fn a_caller_that_ends_while_the_context_of_the_call_lives_drops_it_at_once() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (own, _canceller) = Context::background().with_cancel();
    let cleaned = Cell::new(false);
    let run = ctx.run(cleans_up(&own, SECOND, &cleaned));
    let (result, after) = cancel_after(run, || canceller.cancel()).await;
    assert!(result.is_err());
    assert_eq!(after, Duration::ZERO);
}

#[cancellable(grace = "2s")]
async fn shields(ctx: &Context, done: &Cell<u8>) -> Result<()> {
    if work(ctx).await.is_err() {
        ctx.shield(sleep(5 * SECOND)).await;
        done.set(1);
        yield_now().await;
        done.set(2);
    }
    ctx.check()
}

#[crate::watched::test(start_paused = true)]
async fn a_shield_outlasts_the_grace_and_the_interruption_follows_it() {
    let (ctx, canceller) = Context::background().with_cancel();
    let done = Cell::new(0);
    let run = async { ctx.run(shields(&ctx, &done)).await? };
    let (result, after) = cancel_after(run, || canceller.cancel()).await;
    assert!(result.is_err());
    assert_eq!(after, 5 * SECOND);
    assert_eq!(done.get(), 1);
}

#[crate::watched::test(start_paused = true)]
async fn a_call_joined_with_a_grace_is_interrupted_at_once() {
    let (ctx, canceller) = Context::background().with_cancel();
    let cleaned = Cell::new(false);
    let ended = Cell::new(None);
    let run = ctx.run(async {
        tokio::join!(cleans_up(&ctx, SECOND, &cleaned), async {
            let result = work(&ctx).await;
            ended.set(Some(Instant::now()));
            result
        })
    });
    let start = Instant::now();
    let (result, after) = cancel_after(run, || canceller.cancel()).await;
    let (cleaned_up, interrupted) = result.unwrap();
    assert!(cleaned_up.is_ok() && interrupted.is_err() && cleaned.get());
    assert_eq!(after, SECOND);
    assert_eq!(ended.get().unwrap() - start, SECOND);
}
