//! Names of generated code and of the user's code.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use taskward::{Context, cancellable, lazy, single_flight};

use super::Result;

/// A user's `static` and `const` with the names of former generated items.
static FLIGHTS: AtomicU8 = AtomicU8::new(0);
const VALUE: u8 = 7;
const ONCE: u8 = 8;

#[lazy]
fn value() -> Arc<u8> {
    VALUE
}

#[taskward::once]
fn kept() -> &'static u8 {
    ONCE
}

#[single_flight(key = id)]
async fn counted(id: u8) -> u8 {
    tokio::task::yield_now().await;
    FLIGHTS.fetch_add(1, Ordering::Relaxed) + id
}

#[cancellable]
async fn variables(
    ctx: &Context,
    handle: u8,
    future: u8,
    limited: u8,
    retry: u8,
    param1: u8,
    (a, b): (u8, u8),
) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(handle + future + limited + retry + param1 + a + b)
}

#[cancellable]
async fn same_but_for_an_underscore(ctx: &Context, _x: u8, x: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(x)
}

#[tokio::test]
async fn generated_names_meet_no_names_of_the_users() {
    let ctx = Context::background();
    assert_eq!((*value(), *kept()), (7, 8));
    assert_eq!(counted(3).await, 3);
    assert_eq!(variables(&ctx, 1, 1, 1, 1, 1, (1, 1)).await.unwrap(), 7);
    assert_eq!(same_but_for_an_underscore(&ctx, 1, 2).await.unwrap(), 2);
}
