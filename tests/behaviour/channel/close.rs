//! A channel is closed by its senders.

use std::pin::pin;

use taskward::channel::{SendError, TryRecvError, TrySendError};
use taskward::{Context, channel};
use tokio::task::{JoinSet, yield_now};

use super::on_both_flavours;
use crate::support::{Wakes, poll};

#[crate::watched::test]
async fn the_receiver_gets_what_was_sent_and_then_none() {
    let (tx, mut rx) = channel(3);
    for n in 1..=3 {
        tx.try_send(n).unwrap();
    }
    tx.close();
    assert_eq!((rx.recv().await, rx.recv().await, rx.recv().await), (Some(1), Some(2), Some(3)));
    assert_eq!((rx.recv().await, rx.recv().await), (None, None));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
}

#[crate::watched::test]
async fn dropping_the_last_sender_closes() {
    let (tx, mut rx) = channel(1);
    let other = tx.clone();
    tx.try_send(1).unwrap();
    drop(tx);
    assert_eq!(rx.recv().await, Some(1));
    assert!(poll(pin!(rx.recv()), &Wakes::new().1).is_pending(), "one sender is left");
    drop(other);
    assert_eq!(rx.recv().await, None);
}

#[crate::watched::test]
async fn later_sends_of_all_senders_fail_and_give_the_value_back() {
    let (tx, rx) = channel(3);
    let other = tx.clone();
    tx.close();
    for sender in [&tx, &other] {
        assert!(sender.is_closed());
        assert_eq!(sender.capacity(), 0);
        let error = sender.send(&Context::background(), "late").await.unwrap_err();
        assert!(error.is_closed());
        assert_eq!(error.into_inner(), "late");
        assert!(matches!(sender.try_send("late"), Err(TrySendError::Closed("late"))));
    }
    drop(rx);
}

#[crate::watched::test]
async fn closing_twice_is_closing_once() {
    let (tx, mut rx) = channel(1);
    tx.close();
    tx.clone().close();
    drop(tx);
    assert_eq!((rx.recv().await, rx.recv().await), (None::<u8>, None));
    let (tx, rx) = channel::<u8>(1);
    drop(rx);
    tx.close();
    assert!(tx.is_closed());
}

#[test]
fn a_receiver_that_waits_is_woken() {
    on_both_flavours(|| async {
        for explicit in [true, false] {
            let (tx, mut rx) = channel::<u8>(1);
            let waiting = tokio::spawn(async move { rx.recv().await });
            for _ in 0..3 {
                yield_now().await;
            }
            if explicit {
                tx.close();
                assert_eq!(waiting.await.unwrap(), None);
                drop(tx);
            } else {
                drop(tx);
                assert_eq!(waiting.await.unwrap(), None);
            }
        }
    });
}

#[test]
fn a_full_channel_closes_too() {
    on_both_flavours(|| async {
        let (tx, mut rx) = channel(2);
        tx.try_send(1).unwrap();
        tx.try_send(2).unwrap();
        tx.close();
        assert!(matches!(tx.try_send(3), Err(TrySendError::Closed(3))));
        assert_eq!((rx.recv().await, rx.recv().await, rx.recv().await), (Some(1), Some(2), None));
    });
}

/// The receiver is never polled.
#[test]
fn sends_that_wait_for_room_fail_at_once() {
    on_both_flavours(|| async {
        let (tx, mut rx) = channel(1);
        tx.try_send(0).unwrap();
        let mut senders = JoinSet::new();
        for n in 1..=10 {
            let tx = tx.clone();
            senders.spawn(async move { tx.send(&Context::background(), n).await });
        }
        for _ in 0..20 {
            yield_now().await;
        }
        tx.close();
        let mut back: Vec<_> = senders.join_all().await.into_iter().map(|sent| sent.unwrap_err()).collect();
        assert!(back.iter().all(SendError::is_closed));
        back.sort_by_key(|error| error.clone().into_inner());
        assert!(back.into_iter().map(SendError::into_inner).eq(1..=10));
        assert_eq!((rx.recv().await, rx.recv().await), (Some(0), None));
    });
}

#[crate::watched::test]
async fn a_send_that_was_given_room_before_and_looks_after_fails() {
    let (tx, mut rx) = channel(1);
    let ctx = Context::background();
    let (wakes, waker) = Wakes::new();
    tx.try_send(1).unwrap();
    let mut waiting = Box::pin(tx.send(&ctx, 2));
    assert!(poll(waiting.as_mut(), &waker).is_pending());
    assert_eq!(rx.recv().await, Some(1));
    assert_eq!(wakes.count(), 1);
    tx.close();
    assert!(waiting.await.unwrap_err().is_closed());
    assert_eq!(rx.recv().await, None);
}

#[crate::watched::test]
async fn a_waiting_send_that_is_dropped_does_not_keep_the_others_from_hearing_of_it() {
    let (tx, _rx) = channel(1);
    let ctx = Context::background();
    let (_, waker) = Wakes::new();
    tx.try_send(0).unwrap();
    let mut first = Box::pin(tx.send(&ctx, 1));
    let mut second = Box::pin(tx.send(&ctx, 2));
    assert!(poll(first.as_mut(), &waker).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    tx.close();
    drop(first);
    assert!(second.await.unwrap_err().is_closed());
}

#[test]
fn closed_completes_when_no_receiver_is_left() {
    on_both_flavours(|| async {
        for by_sender in [true, false] {
            let (tx, rx) = channel::<u8>(1);
            let waiting = {
                let tx = tx.clone();
                tokio::spawn(async move { tx.closed().await })
            };
            yield_now().await;
            assert!(!waiting.is_finished());
            if by_sender {
                tx.close();
                waiting.await.unwrap();
                drop(rx);
            } else {
                drop(rx);
                waiting.await.unwrap();
            }
            tx.closed().await;
        }
    });
}

#[crate::watched::test]
async fn the_values_of_a_dropped_receiver_are_dropped() {
    let census = crate::support::Census::default();
    let (tx, rx) = channel(3);
    for _ in 0..3 {
        tx.try_send(census.enter()).unwrap();
    }
    tx.close();
    assert_eq!(census.alive(), 3);
    drop(rx);
    assert_eq!(census.alive(), 0);
}
