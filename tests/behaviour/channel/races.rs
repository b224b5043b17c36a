//! Concurrent senders and ends: every sent item is received once, and no task hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use taskward::{Context, channel};
use tokio::task::JoinSet;

use crate::support::Census;

#[derive(Clone, Copy)]
enum End {
    Close,
    Cancel,
    DropReceiver,
    DropSenders,
}

/// Four senders and one of the four ends, at a point that differs in each round.
async fn round(n: usize, end: End) {
    let census = Census::default();
    let (ctx, canceller) = Context::background().with_cancel();
    let (tx, mut rx) = channel(1 + n % 4);
    let sent = Arc::new(AtomicUsize::new(0));
    let mut senders = JoinSet::new();
    for _ in 0..4 {
        let (tx, ctx, census, sent) = (tx.clone(), ctx.clone(), census.clone(), sent.clone());
        senders.spawn(async move {
            let values = if matches!(end, End::DropSenders) { n % 20 } else { usize::MAX };
            for _ in 0..values {
                if tx.send(&ctx, census.enter()).await.is_err() {
                    return;
                }
                sent.fetch_add(1, SeqCst);
            }
        });
    }
    let mut received = 0;
    while received < n % 20
        && let Some(value) = rx.recv().await
    {
        drop(value);
        received += 1;
    }
    match end {
        End::Close => tokio::spawn(async move { tx.close() }).await.unwrap(),
        End::Cancel => {
            canceller.cancel();
            drop(tx);
        }
        End::DropReceiver => {
            drop(rx);
            senders.join_all().await;
            drop(tx);
            return assert_eq!(census.alive(), 0);
        }
        End::DropSenders => drop(tx),
    }
    while rx.recv().await.is_some() {
        received += 1;
    }
    senders.join_all().await;
    assert_eq!(received, sent.load(SeqCst));
    assert_eq!(census.alive(), 0);
}

async fn rounds() {
    for n in 0..500 {
        for end in [End::Close, End::Cancel, End::DropReceiver, End::DropSenders] {
            tokio::spawn(round(n, end)).await.unwrap();
        }
    }
}

#[crate::watched::test]
async fn nothing_is_lost_on_one_thread() {
    rounds().await;
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_two_threads() {
    rounds().await;
}
