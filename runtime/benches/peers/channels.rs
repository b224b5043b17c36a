//! Sending a value through a channel.

use std::future::Future;

use taskward::{Context, channel};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::harness::{Effort, contestant, medians, rows};

const CAPACITY: usize = 64;

fn sum(values: u32) -> u64 {
    (0..u64::from(values)).sum()
}

mod ping {
    use super::{CAPACITY, CancellationToken, Context, channel, mpsc};

    pub(super) async fn tokio(values: u32) -> u64 {
        let (tx, mut rx) = mpsc::channel(CAPACITY);
        let mut sum = 0;
        for n in 0..u64::from(values) {
            tx.send(n).await.unwrap();
            sum += rx.recv().await.unwrap();
        }
        sum
    }

    pub(super) async fn select(values: u32) -> u64 {
        let token = CancellationToken::new();
        let (tx, mut rx) = mpsc::channel(CAPACITY);
        let mut sum = 0;
        for n in 0..u64::from(values) {
            tokio::select! {
                biased;
                () = token.cancelled() => unreachable!("never cancelled"),
                sent = tx.send(n) => sent.unwrap(),
            }
            sum += rx.recv().await.unwrap();
        }
        sum
    }

    pub(super) async fn taskward(values: u32) -> u64 {
        let (ctx, _canceller) = Context::background().with_cancel();
        let (tx, mut rx) = channel(CAPACITY);
        let mut sum = 0;
        for n in 0..u64::from(values) {
            tx.send(&ctx, n).await.unwrap();
            sum += rx.recv().await.unwrap();
        }
        sum
    }
}

mod stream {
    use super::{CAPACITY, CancellationToken, Context, channel, mpsc};

    pub(super) async fn tokio(values: u32) -> u64 {
        let (tx, mut rx) = mpsc::channel(CAPACITY);
        let producer = tokio::spawn(async move {
            for n in 0..u64::from(values) {
                tx.send(n).await.unwrap();
            }
        });
        let mut sum = 0;
        while let Some(n) = rx.recv().await {
            sum += n;
        }
        producer.await.unwrap();
        sum
    }

    pub(super) async fn select(values: u32) -> u64 {
        let token = CancellationToken::new();
        let (tx, mut rx) = mpsc::channel(CAPACITY);
        let producer = tokio::spawn(async move {
            for n in 0..u64::from(values) {
                tokio::select! {
                    biased;
                    () = token.cancelled() => unreachable!("never cancelled"),
                    sent = tx.send(n) => sent.unwrap(),
                }
            }
        });
        let mut sum = 0;
        while let Some(n) = rx.recv().await {
            sum += n;
        }
        producer.await.unwrap();
        sum
    }

    pub(super) async fn taskward(values: u32) -> u64 {
        let (ctx, _canceller) = Context::background().with_cancel();
        let (tx, mut rx) = channel(CAPACITY);
        let producer = tokio::spawn(async move {
            for n in 0..u64::from(values) {
                tx.send(&ctx, n).await.unwrap();
            }
        });
        let mut sum = 0;
        while let Some(n) = rx.recv().await {
            sum += n;
        }
        producer.await.unwrap();
        sum
    }
}

/// Runs in a task, as a service would.
fn on<F>(runtime: &Runtime, run: impl Fn(u32) -> F) -> impl FnMut(u32)
where
    F: Future<Output = u64> + Send + 'static,
{
    move |values| assert_eq!(runtime.block_on(runtime.spawn(run(values))).unwrap(), sum(values))
}

pub(crate) fn channels(effort: Effort) {
    let one = Builder::new_current_thread().build().unwrap();
    let two = Builder::new_multi_thread().worker_threads(2).build().unwrap();

    let mut contestants = [
        contestant("`tokio::sync::mpsc`", on(&one, ping::tokio)),
        contestant("`taskward::channel`", on(&one, ping::taskward)),
        contestant("`tokio::sync::mpsc`, `select!` and `CancellationToken`", on(&one, ping::select)),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("(i) a value sent and received, in one task", &contestants, &figures);

    for (title, runtime) in
        [("(i) the same, in two tasks on one thread", &one), ("(i) the same, in two tasks on two threads", &two)]
    {
        let mut contestants = [
            contestant("`tokio::sync::mpsc`", on(runtime, stream::tokio)),
            contestant("`taskward::channel`", on(runtime, stream::taskward)),
            contestant("`tokio::sync::mpsc`, `select!` and `CancellationToken`", on(runtime, stream::select)),
        ];
        let figures = medians(effort.rounds, effort.calls, &mut contestants);
        rows(title, &contestants, &figures);
    }
}
