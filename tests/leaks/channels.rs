//! Senders whose receiver is gone, or never receives.

use std::time::Duration;

use taskward::channel::{Receiver, Sender};
use taskward::{Context, ContextError, cancellable, channel, with_timeout};

use crate::support::{Item, leaks_nothing, leaks_nothing_in_time, let_others_run};

type Result<T> = std::result::Result<T, ContextError>;

/// From the Go guide: no code waits for the result any more. The context never ends.
#[test]
fn go_leaked_sender() {
    leaks_nothing(|census| async move {
        let (tx, rx) = channel(1);
        tx.try_send(census.enter()).unwrap();
        let late = census.enter();
        tokio::spawn(async move { tx.send(&Context::background(), late).await.is_ok() });
        let_others_run().await;
        drop(rx);
    });
}

/// A collector returns when its context ends, while results are still being sent.
#[test]
fn cockroach_10790() {
    #[cancellable]
    async fn collect(ctx: &Context, mut results: Receiver<Item>) -> Result<()> {
        while results.recv().await.is_some() {
            ctx.checkpoint().await?;
        }
        Ok(())
    }

    leaks_nothing(|census| async move {
        let (ctx, canceller) = Context::background().with_cancel();
        let (tx, rx) = channel(1);
        for _ in 0..5 {
            let (tx, result) = (tx.clone(), census.enter());
            tokio::spawn(async move { tx.send(&Context::background(), result).await.is_ok() });
        }
        let collector = tokio::spawn(async move { collect(&ctx, rx).await });
        tokio::task::yield_now().await;
        canceller.cancel();
        assert!(collector.await.unwrap().is_err());
        drop(tx);
    });
}

/// The context stops the reader; here it also stops the writers, although the reader still holds
/// its end.
#[test]
fn cockroach_18101() {
    leaks_nothing(|census| async move {
        let (ctx, canceller) = Context::background().with_cancel();
        let (ready, mut import) = channel(1);
        let split = tokio::spawn({
            let ctx = ctx.clone();
            async move { while ready.send(&ctx, census.enter()).await.is_ok() {} }
        });
        for _ in 0..3 {
            drop(ctx.run(import.recv()).await.unwrap());
        }
        canceller.cancel();
        assert!(ctx.run(import.recv()).await.is_err());
        split.await.unwrap();
        drop(import);
    });
}

/// Two loops wait for each other to receive, until their context ends.
#[test]
fn cockroach_2448() {
    async fn side(ctx: Context, out: Sender<Item>, mut inbox: Receiver<Item>, item: impl Fn() -> Item) {
        while out.send(&ctx, item()).await.is_ok() && out.send(&ctx, item()).await.is_ok() {
            drop(inbox.recv().await);
        }
    }

    leaks_nothing_in_time(|census| async move {
        let ctx = Context::background().with_timeout(Duration::from_secs(1));
        let ((events, from_store), (callbacks, from_raft)) = (channel(1), channel(1));
        let (mine, yours) = (census.clone(), census);
        let raft = tokio::spawn(side(ctx.clone(), events, from_raft, move || mine.enter()));
        let store = tokio::spawn(side(ctx, callbacks, from_store, move || yours.enter()));
        raft.await.unwrap();
        store.await.unwrap();
    });
}

/// Suggestions fill the queue before a reader has started.
#[test]
fn cockroach_24808() {
    #[with_timeout("1s")]
    async fn suggest(ctx: &Context, queue: &Sender<Item>, suggestion: Item) -> Result<()> {
        Ok(queue.send(ctx, suggestion).await?)
    }

    leaks_nothing_in_time(|census| async move {
        let (queue, _compactor) = channel(1);
        suggest(&Context::background(), &queue, census.enter()).await.unwrap();
        let error = suggest(&Context::background(), &queue, census.enter()).await.unwrap_err();
        assert!(error.is_deadline_exceeded());
    });
}

/// A consumer fails during its start without telling the producers.
#[test]
fn cockroach_35073() {
    async fn outbox(_rows: Receiver<Item>, address: &str) -> std::result::Result<(), std::num::ParseIntError> {
        let _port: u16 = address.parse()?;
        Ok(())
    }

    leaks_nothing(|census| async move {
        let (tx, rx) = channel(1);
        tx.try_send(census.enter()).unwrap();
        let row = census.enter();
        let pusher = tokio::spawn(async move { tx.send(&Context::background(), row).await.is_err() });
        let_others_run().await;
        outbox(rx, "nowhere").await.unwrap_err();
        assert!(pusher.await.unwrap());
    });
}

/// In Go, cancellation is a message to one input after the other, and the first input is full.
/// Here it is not a message.
#[test]
fn cockroach_35931() {
    leaks_nothing(|census| async move {
        let (ctx, canceller) = Context::background().with_cancel();
        let mut inputs = Vec::new();
        let mut streams = Vec::new();
        for _ in 0..2 {
            let (tx, rx) = channel(1);
            tx.try_send(census.enter()).unwrap();
            let (ctx, row) = (ctx.clone(), census.enter());
            streams.push(tokio::spawn(async move { tx.send(&ctx, row).await.is_err() }));
            inputs.push(rx);
        }
        let_others_run().await;
        canceller.cancel();
        for stream in streams {
            assert!(stream.await.unwrap());
        }
        drop(inputs);
    });
}

/// A watcher that returns early never receives the signal of another goroutine.
#[test]
fn grpc_1424() {
    leaks_nothing(|census| async move {
        let (done, watcher) = channel(1);
        done.try_send(census.enter()).unwrap();
        let signal = census.enter();
        let balancer = tokio::spawn(async move { done.send(&Context::background(), signal).await.is_err() });
        tokio::spawn(async move { drop(watcher) });
        assert!(balancer.await.unwrap());
    });
}

/// A loop is stopped while the goroutine of its last iteration still has to report.
#[test]
fn grpc_660() {
    leaks_nothing(|census| async move {
        let (ctx, canceller) = Context::background().with_cancel();
        let unary = tokio::spawn(async move {
            loop {
                let (done, mut reported) = channel(1);
                let call = census.enter();
                tokio::spawn(async move {
                    tokio::task::yield_now().await;
                    done.send(&Context::background(), call).await.is_ok()
                });
                if ctx.run(reported.recv()).await.is_err() {
                    return;
                }
            }
        });
        let_others_run().await;
        canceller.cancel();
        unary.await.unwrap();
    });
}

/// The result of a proxy that was started for a client that has left.
#[test]
fn istio_17860() {
    leaks_nothing(|census| async move {
        let (statuses, mut agent) = channel(1);
        for _ in 0..3 {
            let (statuses, status) = (statuses.clone(), census.enter());
            tokio::spawn(async move { statuses.send(&Context::background(), status).await.is_ok() });
        }
        drop(statuses);
        drop(agent.recv().await);
    });
}

/// The stop first cancels the receiver, and then sends the result to it.
#[test]
fn kubernetes_25331() {
    leaks_nothing(|census| async move {
        let (ctx, canceller) = Context::background().with_cancel();
        let (results, _nobody_receives) = channel(1);
        canceller.cancel();
        let error = results.send(&ctx, census.enter()).await.unwrap_err();
        assert!(error.interruption().is_some());
    });
}

/// The consumer stops (in Go, through a failed assertion), and the producers go on.
#[test]
fn moby_21233() {
    leaks_nothing(|census| async move {
        let (progress, mut watcher) = channel(1);
        let mut transfers = Vec::new();
        for _ in 0..3 {
            let (progress, census) = (progress.clone(), census.clone());
            transfers.push(tokio::spawn(async move {
                while progress.send(&Context::background(), census.enter()).await.is_ok() {}
            }));
        }
        tokio::spawn(async move { drop(watcher.recv().await) });
        for transfer in transfers {
            transfer.await.unwrap();
        }
    });
}
