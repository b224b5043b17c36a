//! Goroutines without an owner that waits for them.

use std::future::pending;
use std::time::Duration;

use taskward::{Context, ContextError, TaskGroup, channel, with_timeout};
use tokio::time::sleep;

use crate::support::{Census, Item, leaks_nothing, leaks_nothing_in_time, let_others_run};

type Result<T> = std::result::Result<T, ContextError>;

/// The stop waits for workers that wait to send to a stopped receiver.
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

/// The time limit passes before the work is done, and its result is never received.
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

/// An `errgroup` that a `return` leaves before its `Wait`.
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

/// An `errgroup` whose tasks ignore its context.
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
