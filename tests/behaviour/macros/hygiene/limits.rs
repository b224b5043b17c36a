//! Parameters in the expressions of an attribute.

use std::time::Duration;

use taskward::{Context, cancellable, with_timeout};
use tokio::time::sleep;

use super::{MS, Result};

struct Req {
    limit: Duration,
    n: u8,
}

#[with_timeout(req.limit)]
async fn of_a_field(req: Req) -> Result<u8> {
    sleep(10 * MS).await;
    Ok(req.n)
}

#[with_timeout(ctx.remaining().unwrap() / 2)]
async fn of_an_owned_context(ctx: Context) -> Result<Option<Duration>> {
    ctx.checkpoint().await?;
    Ok(ctx.remaining())
}

#[with_timeout(limit)]
async fn of_a_pattern((limit, n): (Duration, u8)) -> Result<u8> {
    sleep(10 * MS).await;
    Ok(n)
}

#[with_timeout(*limit * if matches!(req, Req { n: 0, .. }) { 0 } else { 2 })]
async fn of_several(ctx: &Context, Wrapper(ref limit): Wrapper, req: Req) -> Result<u8> {
    ctx.run(sleep(10 * MS)).await?;
    assert!(*limit > Duration::ZERO);
    Ok(req.n)
}

struct Wrapper(Duration);

/// Variables of a closure, an arm or a block are not the function's parameters.
#[with_timeout(limits.iter().map(|n| *n * 2).max().unwrap_or_default())]
async fn of_a_closure(limits: Vec<Duration>, n: u8) -> Result<u8> {
    sleep(10 * MS).await;
    Ok(n + u8::try_from(limits.len()).unwrap())
}

#[with_timeout(match limit { Some(n) if n > MS => n, n => n.unwrap_or(MS) })]
async fn of_a_match(limit: Option<Duration>, n: u8) -> Result<(Option<Duration>, u8)> {
    sleep(10 * MS).await;
    Ok((limit, n))
}

#[with_timeout({ let n = limit; let (limit, _) = (n, n); limit })]
async fn of_a_block(limit: Duration, n: u8) -> Result<(Duration, u8)> {
    sleep(10 * MS).await;
    Ok((limit, n))
}

#[with_timeout(if let Some(n) = limit { n } else { u32::from(n) * MS })]
async fn of_an_if_let(limit: Option<Duration>, n: u8) -> Result<Option<Duration>> {
    sleep(10 * MS).await;
    Ok(limit)
}

#[cancellable(ctx = app.ctx, grace = app.grace)]
async fn of_a_given_context(App { ctx, .. }: &App, app: App) -> Result<bool> {
    ctx.checkpoint().await?;
    Ok(app.grace.is_zero())
}

struct App {
    ctx: Context,
    grace: Duration,
}

#[tokio::test(start_paused = true)]
async fn limits_may_use_patterns_and_owned_parameters() {
    let ctx = Context::background();
    assert_eq!(of_a_field(Req { limit: 20 * MS, n: 1 }).await.unwrap(), 1);
    assert!(of_a_field(Req { limit: 5 * MS, n: 1 }).await.is_err());
    assert_eq!(of_an_owned_context(ctx.with_timeout(10 * MS)).await.unwrap(), Some(5 * MS));
    assert_eq!(of_a_pattern((20 * MS, 2)).await.unwrap(), 2);
    assert!(of_a_pattern((5 * MS, 2)).await.is_err());
    assert_eq!(of_several(&ctx, Wrapper(6 * MS), Req { limit: MS, n: 3 }).await.unwrap(), 3);
    assert!(of_several(&ctx, Wrapper(4 * MS), Req { limit: MS, n: 3 }).await.is_err());
    assert_eq!(of_a_closure(vec![MS, 6 * MS], 1).await.unwrap(), 3);
    assert!(of_a_closure(vec![MS, 4 * MS], 1).await.is_err());
    assert_eq!(of_a_match(Some(20 * MS), 1).await.unwrap(), (Some(20 * MS), 1));
    assert!(of_a_match(None, 200).await.is_err());
    assert_eq!(of_a_block(20 * MS, 1).await.unwrap(), (20 * MS, 1));
    assert!(of_a_block(5 * MS, 200).await.is_err());
    assert_eq!(of_an_if_let(None, 20).await.unwrap(), None);
    assert!(of_an_if_let(Some(5 * MS), 200).await.is_err());
    let app = || App { ctx: ctx.clone(), grace: MS };
    assert!(!of_a_given_context(&app(), app()).await.unwrap());
}
