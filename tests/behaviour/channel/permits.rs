//! Permits, weak senders, and the receiver's view of its channel.

use std::time::Duration;

use futures::stream::{FusedStream, StreamExt};
use futures::{FutureExt, poll};
use taskward::{Context, channel};
use tokio::sync::mpsc::error::TrySendError;

#[crate::watched::test(start_paused = true)]
async fn a_permit_reserves_room_for_its_owner() {
    let ctx = Context::background();
    let (tx, mut rx) = channel(1);
    let room = tx.reserve(&ctx).await.unwrap();
    assert!(matches!(tx.try_send(1), Err(TrySendError::Full(1))));
    room.send(2);
    assert_eq!(rx.recv().await, Some(2));
    drop(tx.try_reserve().unwrap());
    tx.try_send(3).unwrap();
    assert!(matches!(tx.try_reserve(), Err(TrySendError::Full(()))));
    assert_eq!(rx.recv().await, Some(3));
}

#[crate::watched::test(start_paused = true)]
async fn waiting_for_a_permit_ends_with_the_context_and_with_the_channel() {
    let ctx = Context::background().with_timeout(Duration::from_secs(1));
    let (tx, rx) = channel::<u8>(1);
    let _room = tx.try_reserve().unwrap();
    assert!(tx.reserve(&ctx).await.unwrap_err().interruption().unwrap().is_deadline_exceeded());
    let ctx = Context::background();
    let mut waiting = std::pin::pin!(tx.reserve(&ctx));
    assert!(poll!(waiting.as_mut()).is_pending());
    drop(rx);
    assert!(waiting.await.unwrap_err().is_closed());
    assert!(matches!(tx.try_reserve(), Err(TrySendError::Closed(()))));
}

#[crate::watched::test]
async fn a_permit_from_before_a_close_is_still_good() {
    let (tx, mut rx) = channel(2);
    let room = tx.try_reserve().unwrap();
    tx.close();
    assert!(rx.recv().now_or_never().is_none(), "it may still come");
    room.send(1);
    assert_eq!((rx.recv().await, rx.recv().await), (Some(1), None));
}

#[crate::watched::test]
async fn a_weak_sender_keeps_nothing_open() {
    let (tx, mut rx) = channel::<u8>(1);
    let weak = tx.downgrade();
    weak.clone().upgrade().unwrap().try_send(1).unwrap();
    drop(tx);
    assert!(weak.upgrade().is_none());
    assert_eq!((rx.recv().await, rx.recv().await), (Some(1), None));
}

#[crate::watched::test]
async fn a_receiver_knows_its_length_and_its_end() {
    let (tx, mut rx) = channel(4);
    assert!(rx.is_empty() && !rx.is_closed() && !rx.is_terminated());
    tx.try_send(1).unwrap();
    tx.try_send(2).unwrap();
    assert_eq!(rx.len(), 2);
    tx.close();
    assert_eq!((rx.len(), rx.is_closed()), (2, true));
    assert_eq!((rx.next().await, rx.len()), (Some(1), 1));
    assert_eq!((rx.next().await, rx.len(), rx.is_terminated()), (Some(2), 0, false));
    assert_eq!((rx.next().await, rx.len(), rx.is_terminated()), (None, 0, true));

    let (tx, rx) = channel::<u8>(4);
    drop(tx);
    assert!(rx.is_closed());
}
