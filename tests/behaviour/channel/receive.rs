//! Receiving: one item, many items, and as a stream.

use std::pin::pin;

use futures::{FutureExt, StreamExt};
use taskward::channel::TryRecvError;
use taskward::{Context, channel};
use tokio::task::yield_now;

use super::on_both_flavours;
use crate::support::{Wakes, poll};

#[crate::watched::test]
async fn a_dropped_recv_loses_nothing() {
    let (tx, mut rx) = channel(1);
    let (wakes, waker) = Wakes::new();
    for n in 0..100 {
        assert!(poll(pin!(rx.recv()), &waker).is_pending());
        tx.try_send(n).unwrap();
        assert_eq!(wakes.count(), n + 1);
        assert_eq!(rx.recv().now_or_never(), Some(Some(n)));
    }
}

#[crate::watched::test]
async fn try_recv_says_whether_there_may_be_more() {
    let (tx, mut rx) = channel(1);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    tx.try_send(1).unwrap();
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    tx.try_send(2).unwrap();
    tx.close();
    assert_eq!(rx.try_recv(), Ok(2));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
    let (tx, mut rx) = channel::<u8>(1);
    drop(tx);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
}

#[crate::watched::test]
async fn many_are_received_at_once_up_to_the_limit() {
    let (tx, mut rx) = channel(10);
    let mut values = vec![100];
    assert_eq!(rx.recv_many(&mut values, 0).await, 0);
    assert!(poll(pin!(rx.recv_many(&mut values, 3)), &Wakes::new().1).is_pending());
    for n in 0..5 {
        tx.try_send(n).unwrap();
    }
    assert_eq!(rx.recv_many(&mut values, 3).await, 3);
    tx.close();
    assert_eq!(rx.recv_many(&mut values, 3).await, 2);
    assert_eq!(rx.recv_many(&mut values, 3).await, 0);
    assert_eq!(values, [100, 0, 1, 2, 3, 4]);
}

#[test]
fn a_receiver_is_a_stream() {
    on_both_flavours(|| async {
        let (tx, rx) = channel(2);
        let producer = tokio::spawn(async move {
            for n in 0..10 {
                tx.send(&Context::background(), n).await.unwrap();
            }
            tx.close();
            tx
        });
        let received: Vec<_> = rx.map(|n| n * 2).collect().await;
        assert!(received.into_iter().eq((0..10).map(|n| n * 2)));
        producer.await.unwrap();
    });
}

#[crate::watched::test]
async fn a_stream_that_is_taken_from_only_in_part_tells_the_producer() {
    let (tx, rx) = channel(1);
    let producer = tokio::spawn(async move {
        let mut sent = 0;
        while tx.send(&Context::background(), sent).await.is_ok() {
            sent += 1;
        }
        sent
    });
    let taken: Vec<_> = rx.take(3).collect().await;
    assert_eq!(taken, [0, 1, 2]);
    assert!((3..=5).contains(&producer.await.unwrap()));
}

#[test]
fn recv_ends_with_the_context_that_it_is_run_under() {
    on_both_flavours(|| async {
        let (tx, mut rx) = channel::<u8>(1);
        let (ctx, canceller) = Context::background().with_cancel();
        let waiting = tokio::spawn(async move { (ctx.run(rx.recv()).await, rx) });
        yield_now().await;
        canceller.cancel();
        let (interrupted, mut rx) = waiting.await.unwrap();
        assert!(interrupted.unwrap_err().is_cancelled());
        tx.try_send(7).unwrap();
        assert_eq!(rx.recv().await, Some(7));
    });
}
