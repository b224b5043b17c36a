//! Goroutines that somebody should have waited for.

use std::future::pending;
use std::time::Duration;

use taskward::{Context, ContextError, TaskGroup, channel, with_timeout};
use tokio::time::sleep;

use crate::support::{Census, Item, leaks_nothing, leaks_nothing_in_time, let_others_run};

type Result<T> = std::result::Result<T, ContextError>;

/// Stopping waits for workers that wait to send to one who has stopped already.
#[test]
fn cockroach_1462() {
    leaks_nothing(|census| async move {
        let (ctx, canceller) = Context::background().with_cancel();
        let workers = TaskGroup::new(&ctx);
        let (events, mut processor) = channel(1);
        _ = workers.spawn(async move |ctx: Context| -> Result<()> {
            loop {
                events.send(&ctx, census.enter()).await?;
            }
        });
        let last = processor.recv().await;
        canceller.cancel();
        assert!(workers.join().await.is_err());
        drop((processor, last));
    });
}

/// The time runs out before the work is done, and nobody is there to take its result.
#[test]
fn kubernetes_5316() {
    #[with_timeout("1s")]
    async fn finish_request(ctx: &Context, request: Item) -> Result<()> {
        let work = TaskGroup::new(ctx);
        _ = work.spawn(|_| async move {
            sleep(Duration::from_secs(2)).await;
            drop(request);
            Ok(())
        });
        work.join().await.map(drop)
    }

    leaks_nothing_in_time(|census| async move {
        let error = finish_request(&Context::background(), census.enter()).await.unwrap_err();
        assert!(error.is_deadline_exceeded());
    });
}

/// `errgroup`, left by a `return` in front of its `Wait`.
#[test]
fn go_errgroup_without_wait() {
    async fn load(census: &Census, path: &str) -> std::result::Result<(), std::num::ParseIntError> {
        let group = TaskGroup::<()>::new(&Context::background());
        for _ in 0..3 {
            let item = census.enter();
            _ = group.spawn(async move |_| {
                let _item = item;
                pending::<()>().await;
            });
        }
        let_others_run().await;
        let _: u8 = path.parse()?;
        group.join().await;
        Ok(())
    }

    leaks_nothing(|census| async move { assert!(load(&census, "x").await.is_err()) });
}

/// `errgroup`, whose tasks were not written to look at its context.
#[test]
fn go_errgroup_deaf_siblings() {
    leaks_nothing(|census| async move {
        let group = TaskGroup::new(&Context::background());
        for _ in 0..3 {
            let item = census.enter();
            _ = group.spawn(|_| async move {
                let _item = item;
                pending::<Result<()>>().await
            });
        }
        _ = group.spawn(async |_| Context::background().with_timeout(Duration::ZERO).check());
        assert!(group.join().await.is_err());
        assert_eq!(census.alive(), 0);
    });
}
