use std::cell::Cell;
use std::future::pending;
use std::pin::pin;
use std::task::Poll;

use taskward::{Context, ContextError, cancellable};
use tokio::sync::oneshot;

use crate::support::{Alive, Census, Wakes, poll};

#[cancellable]
async fn wait(ctx: &Context, _alive: Alive) -> Result<(), ContextError> {
    pending().await
}

#[cancellable(allow(no_await))]
async fn note(ctx: &Context, polled: &Cell<bool>) -> Option<u8> {
    polled.set(true);
    Some(1)
}

#[tokio::test]
async fn an_ended_context_means_that_the_body_is_never_polled() {
    let (ctx, canceller) = Context::background().with_cancel();
    let polled = Cell::new(false);
    assert_eq!(note(&ctx, &polled).await, Some(1));
    assert!(polled.replace(false));
    canceller.cancel();
    assert_eq!(note(&ctx, &polled).await, None);
    assert!(!polled.get());
}

#[test]
fn a_pending_body_is_dropped_with_its_arguments_before_the_call_returns() {
    let census = Census::default();
    let (ctx, canceller) = Context::background().with_cancel();
    let (wakes, waker) = Wakes::new();
    let mut call = Box::pin(wait(&ctx, census.enter()));
    assert!(poll(call.as_mut(), &waker).is_pending());
    canceller.cancel_with("stop");
    assert_eq!(wakes.count(), 1);
    let Poll::Ready(Err(error)) = poll(call.as_mut(), &waker) else { panic!("it has ended") };
    assert_eq!(error.to_string(), "cancelled: stop");
    assert_eq!(census.alive(), 0);
}

#[cancellable]
async fn receive(ctx: &Context, receiver: oneshot::Receiver<u8>) -> Option<u8> {
    receiver.await.ok()
}

#[test]
fn cancellation_wins_over_a_body_that_is_ready_at_the_same_wake_up() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (sender, receiver) = oneshot::channel();
    let (_, waker) = Wakes::new();
    let mut call = pin!(receive(&ctx, receiver));
    assert!(poll(call.as_mut(), &waker).is_pending());
    sender.send(1).unwrap();
    canceller.cancel();
    assert_eq!(poll(call, &waker), Poll::Ready(None));
}

#[derive(Debug, thiserror::Error)]
enum Own {
    #[error("own")]
    Own,
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

#[cancellable]
async fn own(ctx: &Context, fail: bool) -> Result<u8, Own> {
    if fail {
        return Err(Own::Own);
    }
    ctx.checkpoint().await?;
    Ok(1)
}

#[cancellable]
async fn io(ctx: &Context) -> std::io::Result<u8> {
    pending().await
}

#[cancellable(allow(no_await))]
async fn any(ctx: &Context) -> anyhow::Result<u8> {
    let number: u8 = "7".parse()?;
    Ok(number)
}

#[cancellable]
async fn unit(ctx: &Context) {
    pending::<()>().await;
}

#[tokio::test]
async fn the_reason_comes_in_the_functions_own_error_type() {
    let (ctx, canceller) = Context::background().with_cancel();
    assert!(matches!(own(&ctx, true).await, Err(Own::Own)));
    assert!(matches!(own(&ctx, false).await, Ok(1)));
    assert_eq!(any(&ctx).await.unwrap(), 7);
    canceller.cancel_with("why");
    assert!(matches!(own(&ctx, false).await, Err(Own::Interrupted(_))));
    assert_eq!(io(&ctx).await.unwrap_err().to_string(), "cancelled: why");
    assert!(any(&ctx).await.unwrap_err().downcast_ref::<ContextError>().unwrap().is_cancelled());
    unit(&ctx).await;
}

struct Id(u8);

#[cancellable(ambient, allow(no_await))]
async fn ambient() -> Option<u8> {
    Context::current().value::<Id>().map(|id| id.0)
}

#[cancellable]
async fn calls_ambient(ctx: &Context) -> Option<u8> {
    ambient().await
}

#[tokio::test]
async fn ambient_takes_the_context_of_the_enclosing_call() {
    let (ctx, canceller) = Context::background().with_value(Id(3)).with_cancel();
    assert_eq!(calls_ambient(&ctx).await, Some(3));
    assert_eq!(ambient().await, None);
    canceller.cancel();
    assert_eq!(ctx.detach().run(ambient()).await.unwrap(), Some(3));
}

struct Session {
    ctx: Context,
}

impl Session {
    #[cancellable(ctx = self.ctx)]
    async fn given(&mut self) -> Result<u8, ContextError> {
        tokio::task::yield_now().await;
        Ok(1)
    }
}

#[tokio::test]
async fn a_context_can_be_given_by_an_expression() {
    let (ctx, canceller) = Context::background().with_cancel();
    let mut session = Session { ctx };
    assert_eq!(session.given().await.unwrap(), 1);
    canceller.cancel();
    assert!(session.given().await.is_err());
}

type Ctx = Context;

#[cancellable]
async fn aliased(ctx: &Ctx) -> Option<()> {
    pending().await
}

#[cancellable]
async fn owned(ctx: Context) -> Option<()> {
    ctx.cancelled().await;
    Some(())
}

#[cancellable]
async fn mutable(mut ctx: Context) -> Option<()> {
    ctx = ctx.with_value(1);
    ctx.cancelled().await;
    Some(())
}

#[cancellable]
async fn unnamed(_: &Context) -> Option<()> {
    pending().await
}

#[tokio::test]
async fn a_context_is_recognised_by_its_type() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (_, waker) = Wakes::new();
    let mut calls: Vec<futures::future::BoxFuture<'_, Option<()>>> = vec![
        Box::pin(aliased(&ctx)),
        Box::pin(owned(ctx.clone())),
        Box::pin(mutable(ctx.clone())),
        Box::pin(unnamed(&ctx)),
    ];
    assert!(calls.iter_mut().all(|call| poll(call.as_mut(), &waker).is_pending()));
    canceller.cancel();
    assert!(calls.iter_mut().all(|call| poll(call.as_mut(), &waker) == Poll::Ready(None)));
}
