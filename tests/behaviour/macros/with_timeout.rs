use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, with_timeout};
use tokio::time::{Instant, sleep};

use crate::support::Census;

type Result<T> = std::result::Result<T, ContextError>;

const SECOND: Duration = Duration::from_secs(1);

#[with_timeout("5s")]
async fn with_context(ctx: &Context) -> Result<u8> {
    pending().await
}

#[with_timeout("1m 30s")]
async fn without_context() -> Result<u8> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn the_limit_ends_the_call_on_time_and_names_its_owner() {
    let start = Instant::now();
    let error = with_context(&Context::background()).await.unwrap_err();
    assert_eq!(start.elapsed(), 5 * SECOND);
    assert!(error.is_deadline_exceeded());
    assert_eq!(error.to_string(), "deadline exceeded: `with_context` took longer than 5s");
    let error = without_context().await.unwrap_err();
    assert_eq!(start.elapsed(), 95 * SECOND);
    assert_eq!(error.to_string(), "deadline exceeded: `without_context` took longer than 90s");
}

#[with_timeout("5s")]
async fn notes(ctx: &Context, polled: &std::cell::Cell<bool>) -> Result<u8> {
    polled.set(true);
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn under_a_context_that_has_ended_the_body_is_never_polled() {
    let polled = std::cell::Cell::new(false);
    let (ctx, canceller) = Context::background().with_cancel();
    assert_eq!(notes(&ctx, &polled).await.unwrap(), 1);
    assert!(polled.take());

    canceller.cancel_with(std::io::Error::other("the reason"));
    assert_eq!(notes(&ctx, &polled).await.unwrap_err().to_string(), "cancelled: the reason");
    let late = Context::background().with_timeout(SECOND);
    sleep(SECOND).await;
    assert!(notes(&late, &polled).await.unwrap_err().is_deadline_exceeded());
    assert!(!polled.get());
}

#[with_timeout("250ms")]
async fn quick(ctx: &Context) -> Result<Duration> {
    sleep(Duration::from_millis(249)).await;
    Ok(ctx.remaining().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_done_in_time_gives_its_result() {
    assert_eq!(quick(&Context::background()).await.unwrap(), Duration::from_millis(1));
}

struct Config {
    limit: Duration,
}

impl Config {
    #[with_timeout(self.limit)]
    async fn of_field(&self, ctx: &Context) -> Result<()> {
        pending().await
    }
}

#[with_timeout(limit * 2)]
async fn of_parameter(_ctx: Context, limit: Duration) -> Result<()> {
    pending().await
}

#[with_timeout(limit)]
async fn of_parameter_alone(limit: Duration, polled: Arc<Mutex<bool>>) -> Result<()> {
    *polled.lock().unwrap() = true;
    pending().await
}

#[tokio::test(start_paused = true)]
async fn a_limit_can_be_any_expression_over_the_parameters() {
    let start = Instant::now();
    let ctx = Context::background();
    assert!(Config { limit: SECOND }.of_field(&ctx).await.is_err());
    assert_eq!(start.elapsed(), SECOND);
    let error = of_parameter(ctx, SECOND).await.unwrap_err();
    assert_eq!(start.elapsed(), 3 * SECOND);
    assert_eq!(error.to_string(), "deadline exceeded: `of_parameter` took longer than 2s");
    assert!(of_parameter_alone(SECOND, Arc::default()).await.is_err());
    assert_eq!(start.elapsed(), 4 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_computed_limit_of_zero_ends_the_call_before_its_body_is_polled() {
    let polled = Arc::new(Mutex::new(false));
    assert!(of_parameter_alone(Duration::ZERO, polled.clone()).await.is_err());
    assert!(!*polled.lock().unwrap());
    assert!(of_parameter(Context::background(), Duration::ZERO).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_limit_beyond_all_time_is_none() {
    let call = tokio::time::timeout(1000 * SECOND, of_parameter_alone(Duration::MAX, Arc::default()));
    assert!(call.await.is_err());
}

#[cancellable]
async fn below(ctx: &Context) -> Result<u8> {
    pending().await
}

#[with_timeout("9s")]
async fn inner(ctx: &Context) -> Result<u8> {
    below(ctx).await
}

#[with_timeout("2s")]
async fn outer(ctx: &Context) -> Result<u8> {
    let error = inner(ctx).await.unwrap_err();
    // The enclosing race has ended too, so this is only reached if the body is polled again.
    Err(error)
}

#[tokio::test(start_paused = true)]
async fn the_earlier_limit_wins_on_every_path_and_names_its_owner() {
    let start = Instant::now();
    let error = outer(&Context::background()).await.unwrap_err();
    assert_eq!(start.elapsed(), 2 * SECOND);
    assert_eq!(error.to_string(), "deadline exceeded: `outer` took longer than 2s");

    let parent = Context::background().with_timeout(SECOND);
    let error = inner(&parent).await.unwrap_err();
    assert_eq!(error.to_string(), "deadline exceeded: the time limit of 1s passed");

    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with("caller");
    assert_eq!(inner(&ctx).await.unwrap_err().to_string(), "cancelled: caller");
}

enum How {
    Returns,
    Fails,
    Panics,
    Hangs,
}

#[with_timeout("5s", allow(detached_task))]
async fn spawns(ctx: &Context, census: &Census, how: How) -> Result<()> {
    let (ctx, alive) = (ctx.clone(), census.enter());
    drop(tokio::spawn({
        let ctx = ctx.clone();
        async move {
            let _alive = alive;
            ctx.cancelled().await;
        }
    }));
    tokio::task::yield_now().await;
    match how {
        How::Returns => Ok(()),
        How::Fails => ctx.detach().with_timeout(Duration::ZERO).check(),
        How::Panics => panic!("on purpose"),
        How::Hangs => pending().await,
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_spawned_with_the_derived_context_ends_with_the_call_however_it_ends() {
    let census = Census::default();
    let ctx = Context::background();
    let settle = async || sleep(Duration::from_millis(1)).await;

    for (how, expected) in [(How::Returns, true), (How::Fails, false), (How::Hangs, false)] {
        assert_eq!(spawns(&ctx, &census, how).await.is_ok(), expected);
        settle().await;
        assert_eq!(census.alive(), 0);
    }
    let panicking = tokio::spawn({
        let (ctx, census) = (ctx.clone(), census.clone());
        async move { spawns(&ctx, &census, How::Panics).await }
    });
    assert!(panicking.await.unwrap_err().is_panic());
    settle().await;
    assert_eq!(census.alive(), 0);

    let dropped = tokio::time::timeout(SECOND, spawns(&ctx, &census, How::Hangs)).await;
    assert!(dropped.is_err());
    settle().await;
    assert_eq!(census.alive(), 0);
}

fn remaining() -> Option<Duration> {
    Context::current().remaining()
}

#[with_timeout("5s")]
async fn carries() -> Result<(Option<Duration>, Option<Duration>)> {
    let first = remaining();
    sleep(SECOND).await;
    Ok((first, remaining()))
}

#[with_timeout("3s")]
async fn nests() -> Result<(Option<Duration>, Option<Duration>)> {
    carries().await
}

#[cancellable(ambient, allow(no_await))]
async fn ambient_below() -> Result<Option<Duration>> {
    Ok(remaining())
}

#[with_timeout("3s")]
async fn calls_ambient() -> Result<Option<Duration>> {
    ambient_below().await
}

#[tokio::test(start_paused = true)]
async fn without_a_context_parameter_the_current_context_carries_the_limit() {
    assert_eq!(carries().await.unwrap(), (Some(5 * SECOND), Some(4 * SECOND)));
    assert_eq!(nests().await.unwrap(), (Some(3 * SECOND), Some(2 * SECOND)));
    assert_eq!(calls_ambient().await.unwrap(), Some(3 * SECOND));
    assert_eq!(remaining(), None);
}

#[with_timeout("5s")]
async fn keeps_values(url: &str) -> Result<Option<u8>> {
    tokio::task::yield_now().await;
    assert!(!url.is_empty());
    Ok(Context::current().value::<u8>().copied())
}

#[cancellable]
async fn has_values(ctx: &Context) -> Result<Option<u8>> {
    keeps_values("x").await
}

#[tokio::test(start_paused = true)]
async fn the_current_context_of_a_limited_call_is_a_child_of_the_enclosing_one() {
    let (ctx, _canceller) = Context::background().with_value(7_u8).with_cancel();
    assert_eq!(has_values(&ctx).await.unwrap(), Some(7));
}

#[cancellable]
#[with_timeout("2s")]
async fn one_order(ctx: &Context) -> Result<Option<Instant>> {
    pending::<()>().await;
    Ok(ctx.deadline())
}

#[with_timeout("2s")]
#[cancellable]
async fn other_order(ctx: &Context) -> Result<Option<Instant>> {
    pending::<()>().await;
    Ok(ctx.deadline())
}

#[with_timeout("2s")]
#[cancellable(ambient)]
async fn ambient_inside(name: String) -> Result<usize> {
    pending::<()>().await;
    Ok(name.len())
}

#[cancellable]
async fn calls_ambient_inside(ctx: &Context) -> Result<usize> {
    ambient_inside("name".into()).await
}

#[tokio::test(start_paused = true)]
async fn both_attributes_work_in_either_order() {
    let start = Instant::now();
    let (ctx, canceller) = Context::background().with_cancel();
    for call in [one_order(&ctx).await, other_order(&ctx).await] {
        assert!(call.unwrap_err().is_deadline_exceeded());
    }
    assert_eq!(start.elapsed(), 4 * SECOND);
    assert!(calls_ambient_inside(&ctx).await.unwrap_err().is_deadline_exceeded());
    canceller.cancel();
    for call in [one_order(&ctx).await, other_order(&ctx).await] {
        assert!(call.unwrap_err().is_cancelled());
    }
}
