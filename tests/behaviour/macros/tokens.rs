//! A `CancellationToken` where a context is expected.

use std::future::pending;
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, with_timeout};
use tokio_util::sync::CancellationToken;

#[cancellable]
async fn waits(_token: CancellationToken) -> Result<(), ContextError> {
    pending().await
}

#[with_timeout("1s", allow(detached_task))]
async fn limited(token: CancellationToken) -> Result<(), ContextError> {
    let below = tokio::spawn({
        let token = token.clone();
        async move { token.cancelled().await }
    });
    below.await.expect("it is not aborted");
    pending().await
}

#[tokio::test(start_paused = true)]
async fn a_token_interrupts_and_is_given_a_limit() {
    let token = CancellationToken::new();
    let call = tokio::spawn(waits(token.clone()));
    tokio::task::yield_now().await;
    token.cancel();
    assert!(call.await.unwrap().unwrap_err().is_cancelled());
    assert!(waits(token).await.is_err());
    let error = limited(CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "deadline exceeded: `limited` took longer than 1s");
}

#[tokio::test(start_paused = true)]
async fn a_context_made_of_a_token_ends_with_it_for_every_child() {
    let token = CancellationToken::new();
    let ctx = Context::from(token.clone());
    let (child, _canceller) = ctx.with_timeout(Duration::from_secs(9)).with_cancel();
    assert!(!child.has_ended());
    let waiting = tokio::spawn({
        let child = child.clone();
        async move { child.cancelled().await }
    });
    tokio::task::yield_now().await;
    token.cancel();
    assert!(ctx.has_ended() && child.has_ended());
    assert!(waiting.await.unwrap().is_cancelled());
    assert!(Context::from(token).with_value(1).has_ended());
}

/// A parent token cancels its children under its own lock.
#[tokio::test]
async fn a_child_token_interrupts_waiters_on_its_context() {
    let token = CancellationToken::new();
    let ctx = Context::from(token.child_token());
    let hook = ctx.on_cancel(|_| ());
    let call = tokio::spawn(waits(token.child_token()));
    tokio::task::yield_now().await;
    token.cancel();
    assert!(call.await.unwrap().unwrap_err().is_cancelled());
    assert!(!hook.unregister(), "it has run");
}
