//! The texts of the errors, and their conversions.

use std::error::Error;
use std::io;
use std::time::Duration;

use taskward::channel::{Closed, SendError, Sender};
use taskward::{Context, ContextError, cancellable, channel};

/// Not `Debug`, not `Clone`, not `'static`.
struct Opaque<'a>(&'a str);

async fn closed<T>(value: T) -> SendError<T> {
    let (tx, rx) = channel(1);
    drop(rx);
    tx.send(&Context::background(), value).await.unwrap_err()
}

async fn interrupted<T>(value: T) -> SendError<T> {
    let (tx, _rx) = channel(1);
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with("shutting down");
    tx.send(&ctx, value).await.unwrap_err()
}

#[crate::watched::test]
async fn an_error_says_which_and_why() {
    let error = interrupted(1).await;
    assert_eq!(error.to_string(), "not sent: cancelled: shutting down");
    assert_eq!(error.source().unwrap().to_string(), "cancelled: shutting down");
    assert!(error.source().unwrap().is::<ContextError>());
    assert!(matches!(error, SendError::Interrupted(1, why) if why.is_cancelled()));

    let error = closed(1).await;
    assert_eq!(error.to_string(), "not sent: the channel is closed");
    assert!(error.source().is_none());
    assert!(matches!(error, SendError::Closed(1)));
}

#[crate::watched::test]
async fn the_value_may_be_anything() {
    let text = String::from("borrowed");
    let error = closed(Opaque(&text)).await;
    assert_eq!(format!("{error:?}"), "Closed(..)");
    let as_error: &dyn Error = &error;
    assert!(as_error.to_string().starts_with("not sent"));
    assert_eq!(error.into_inner().0, "borrowed");
    assert!(format!("{:?}", interrupted(Opaque(&text)).await).starts_with("Interrupted(.., Cancelled("));
}

#[derive(Debug)]
struct AppError(ContextError);

impl From<ContextError> for AppError {
    fn from(why: ContextError) -> Self {
        Self(why)
    }
}

#[cancellable]
async fn context_error(ctx: &Context, out: &Sender<u8>) -> Result<(), ContextError> {
    out.send(ctx, 1).await?;
    Ok(())
}

#[cancellable]
async fn app_error(ctx: &Context, out: &Sender<u8>) -> Result<(), AppError> {
    out.send(ctx, 1).await.map_err(ContextError::from)?;
    Ok(())
}

#[cancellable]
async fn anyhow_error(ctx: &Context, out: &Sender<u8>) -> anyhow::Result<()> {
    out.send(ctx, 1).await?;
    Ok(())
}

#[cancellable]
async fn io_error(ctx: &Context, out: &Sender<u8>) -> io::Result<()> {
    out.send(ctx, 1).await?;
    Ok(())
}

#[cfg(feature = "tonic")]
#[cancellable]
async fn status(ctx: &Context, out: &Sender<u8>) -> Result<(), tonic::Status> {
    out.send(ctx, 1).await?;
    Ok(())
}

#[crate::watched::test(start_paused = true)]
async fn question_marks_work_in_functions_with_errors_of_other_crates() {
    let (tx, rx) = channel(1);
    let ctx = Context::background().with_timeout(Duration::from_secs(1));
    io_error(&ctx, &tx).await.unwrap();
    assert_eq!(io_error(&ctx, &tx).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    drop(rx);
    let why = io_error(&Context::background(), &tx).await.unwrap_err();
    assert_eq!(why.kind(), io::ErrorKind::BrokenPipe);
    assert!(why.get_ref().unwrap().is::<Closed>());
    #[cfg(feature = "tonic")]
    assert_eq!(status(&Context::background(), &tx).await.unwrap_err().code(), tonic::Code::Cancelled);
}

#[crate::watched::test(start_paused = true)]
async fn question_marks_work() {
    let (tx, rx) = channel(1);
    let ctx = Context::background().with_timeout(Duration::from_secs(1));
    context_error(&ctx, &tx).await.unwrap();
    assert!(context_error(&ctx, &tx).await.unwrap_err().is_deadline_exceeded());
    assert!(app_error(&ctx, &tx).await.unwrap_err().0.is_deadline_exceeded());
    assert!(anyhow_error(&ctx, &tx).await.is_err());
    drop(rx);
    let ctx = Context::background();
    let why = context_error(&ctx, &tx).await.unwrap_err();
    assert!(why.is_cancelled());
    assert!(why.cause().unwrap().is::<Closed>());
    assert_eq!(why.to_string(), "cancelled: the channel is closed");
    assert!(app_error(&ctx, &tx).await.is_err());
    assert!(anyhow_error(&ctx, &tx).await.unwrap_err().is::<SendError<u8>>());
}
