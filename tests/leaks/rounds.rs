//! No call leaks, for every way to end: 1,000 rounds each, on one thread and on two.

use std::panic::resume_unwind;
use std::time::Duration;

use taskward::channel::Sender;
use taskward::{Context, ContextError, TaskGroup, WorkerPool, cancellable, channel, with_timeout, worker_pool};
use tokio::runtime::{Builder, Handle};

use crate::ends::{End, Error, Result, however_it_ends, items, work};
use crate::support::{Census, Item, one_thread, two_threads};

/// Short, because a multi-threaded runtime has a real clock.
const GRACE: Duration = Duration::from_millis(1);

#[test]
fn a_cancellable_call() {
    #[cancellable]
    async fn outer(ctx: &Context, census: &Census, end: End) -> Result<()> {
        let _item = census.enter();
        inner(ctx, census.enter(), end).await
    }

    #[cancellable]
    async fn inner(ctx: &Context, item: Item, end: End) -> Result<()> {
        work(ctx.clone(), end.first(), item, end).await.map(drop)
    }

    however_it_ends([one_thread(), two_threads()], |ctx, census, end| async move { outer(&ctx, &census, end).await });
}

#[test]
fn a_call_with_a_time_limit() {
    #[with_timeout(limit)]
    async fn nested(ctx: &Context, item: Item, end: End, limit: Duration) -> Result<()> {
        without_context((ctx.clone(), item), end).await
    }

    #[with_timeout("60s")]
    async fn without_context(wrapped: (Context, Item), end: End) -> Result<()> {
        let (ctx, item) = wrapped;
        work(ctx, end.first(), item, end).await.map(drop)
    }

    however_it_ends([one_thread(), two_threads()], |ctx, census, end| async move {
        // The call ends at its own limit, not at the caller's.
        let (ctx, limit) = match end {
            End::Deadline => (ctx.detach(), Duration::from_millis(1)),
            _ => (ctx, Duration::from_secs(60)),
        };
        nested(&ctx, census.enter(), end, limit).await
    });
}

#[test]
fn a_worker_pool() {
    #[worker_pool(workers = 3)]
    async fn each(ctx: &Context, item: (usize, Item), end: End) -> Result<Item> {
        work(ctx.clone(), item.0, item.1, end).await
    }

    however_it_ends([one_thread(), two_threads()], |ctx, census, end| async move {
        each_all(&ctx, items(&census), end).await.map(drop)
    });
    however_it_ends([one_thread(), two_threads()], |ctx, census, end| async move {
        let pool = WorkerPool::new(6);
        pool.run(&ctx, items(&census), move |ctx, (n, item)| work(ctx, n, item, end)).await.map(drop)
    });
}

/// On a real clock: a paused clock does not advance while a thread is blocked.
#[test]
fn a_worker_pool_of_blocking_threads() {
    #[worker_pool(workers = 3)]
    fn each(ctx: &Context, item: (usize, Item), end: End) -> Result<Item> {
        match (end, item.0) {
            (End::Success, _) => Ok(item.1),
            (End::Error, 2) => Err(Error::Failed),
            (End::Panic, 2) => resume_unwind(Box::new("a panic that is not printed")),
            _ => Err(Handle::current().block_on(ctx.cancelled()).into()),
        }
    }

    let one_thread = Builder::new_current_thread().enable_time().build().unwrap();
    however_it_ends([one_thread, two_threads()], |ctx, census, end| async move {
        each_all(&ctx, items(&census), end).await.map(drop)
    });
}

/// Producers without an owner and without a context: only the receiver can end them.
#[test]
fn a_channel() {
    fn produce(tx: Sender<Item>, census: Census, end: End) {
        let values = if matches!(end, End::Success) { 4 } else { usize::MAX };
        tokio::spawn(async move {
            for _ in 0..values {
                if tx.send(&Context::background(), census.enter()).await.is_err() {
                    return;
                }
            }
        });
    }

    #[cancellable]
    async fn consume(ctx: Context, census: Census, end: End) -> Result<()> {
        let (tx, mut rx) = channel(2);
        for tx in [tx.clone(), tx.clone(), tx] {
            produce(tx, census.clone(), end);
        }
        while let Some(item) = rx.recv().await {
            drop(work(ctx.clone(), end.first(), item, end).await?);
        }
        Ok(())
    }

    however_it_ends([one_thread(), two_threads()], consume);
}

/// Senders wait for room in a channel whose receiver never receives: only their context can end
/// them.
#[test]
fn a_full_channel() {
    #[cancellable]
    async fn produce(ctx: &Context, census: &Census, end: End) -> Result<()> {
        let (tx, _rx) = channel(8);
        for (n, item) in items(census) {
            tx.send(ctx, item).await.map_err(ContextError::from)?;
            drop(match (end, n) {
                (End::Success, _) | (End::Error | End::Panic, 2) => work(ctx.clone(), n, census.enter(), end).await?,
                _ => census.enter(),
            });
        }
        if matches!(end, End::Success) {
            return Ok(());
        }
        loop {
            tx.send(ctx, census.enter()).await.map_err(ContextError::from)?;
        }
    }

    however_it_ends([one_thread(), two_threads()], |ctx, census, end| async move { produce(&ctx, &census, end).await });
}

#[test]
fn a_task_group() {
    fn spawn_all(group: &TaskGroup<Result<Item>>, census: &Census, end: End) {
        for (n, item) in items(census) {
            _ = group.spawn(move |ctx| work(ctx, n, item, end));
        }
    }

    however_it_ends([one_thread(), two_threads()], |ctx, census, end| async move {
        let group = TaskGroup::new(&ctx).grace(GRACE);
        spawn_all(&group, &census, end);
        group.join().await.map(drop)
    });
    however_it_ends([one_thread(), two_threads()], |ctx, census, end| async move {
        let group = TaskGroup::new(&ctx).grace(GRACE).limit(3);
        spawn_all(&group, &census, end);
        group.join().await.map(drop)
    });
}

#[test]
fn a_task_group_in_a_task_group() {
    however_it_ends([one_thread(), two_threads()], |ctx, census, end| async move {
        let outer = TaskGroup::new(&ctx).grace(GRACE);
        for _ in 0..2 {
            let census = census.clone();
            _ = outer.spawn(move |ctx| async move {
                let inner = TaskGroup::new(&ctx).grace(GRACE);
                for (n, item) in items(&census) {
                    _ = inner.spawn(move |ctx| work(ctx, n, item, end));
                }
                inner.join().await
            });
        }
        outer.join().await.map(drop)
    });
}
