//! Work that is never told to end.

use std::time::Duration;

use taskward::{Canceller, Context, ContextError, cancellable, with_timeout};
use tokio::sync::Notify;
use tokio::time::{interval, sleep};

use crate::support::{Census, Item, leaks_nothing, leaks_nothing_in_time, let_others_run};

type Result<T> = std::result::Result<T, ContextError>;

/// Rows that are never closed: their watcher waits for a cancellation that no code can send.
#[test]
fn cockroach_13755() {
    struct Rows {
        _canceller: Canceller,
    }

    fn query(ctx: &Context, census: &Census) -> Rows {
        let (ctx, canceller) = ctx.with_cancel();
        let connection = census.enter();
        tokio::spawn(async move {
            let _connection = connection;
            ctx.cancelled().await
        });
        Rows { _canceller: canceller }
    }

    leaks_nothing(|census| async move {
        let rows = query(&Context::background(), &census);
        let_others_run().await;
        assert_eq!(census.alive(), 1);
        drop(rows); // or a `?`, or a panic: there is no path without it
    });
}

/// Waits for a shutdown in order to check for one.
#[test]
fn cockroach_25456() {
    #[with_timeout("1s")]
    async fn process(_ctx: &Context, quiesce: &Notify, replica: Item) -> Result<()> {
        quiesce.notified().await;
        drop(replica);
        Ok(())
    }

    leaks_nothing_in_time(|census| async move {
        let quiesce = Notify::new();
        assert!(process(&Context::background(), &quiesce, census.enter()).await.unwrap_err().is_deadline_exceeded());
    });
}

/// A monitor is stopped while a probe with its own time limit is running.
#[test]
fn moby_33781() {
    #[with_timeout("30s")]
    async fn probe(_ctx: &Context, probe: Item) -> Result<()> {
        sleep(Duration::from_secs(20)).await;
        drop(probe);
        Ok(())
    }

    #[cancellable]
    async fn monitor(ctx: &Context, census: Census) -> Result<()> {
        let mut clock = interval(Duration::from_secs(60));
        loop {
            clock.tick().await;
            probe(ctx, census.enter()).await?;
        }
    }

    leaks_nothing_in_time(|census| async move {
        let (ctx, canceller) = Context::background().with_cancel();
        let mine = census.clone();
        let monitor = tokio::spawn(async move { monitor(&ctx, mine).await });
        sleep(Duration::from_secs(130)).await;
        assert_eq!(census.alive(), 1);
        canceller.cancel();
        assert!(monitor.await.unwrap().is_err());
    });
}
