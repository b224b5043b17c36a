//! Sending: capacity, contexts, and dropped receivers.

use std::pin::pin;
use std::time::Duration;

use taskward::channel::{SendError, Sender, TrySendError};
use taskward::{Context, cancellable, channel};
use tokio::task::{JoinSet, yield_now};

use super::on_both_flavours;
use crate::support::{Census, Wakes, poll};

#[test]
fn values_arrive_in_order() {
    on_both_flavours(|| async {
        let ctx = Context::background();
        for capacity in [1, 2, 64] {
            let (tx, mut rx) = channel(capacity);
            let ctx = ctx.clone();
            let producer = tokio::spawn(async move {
                for n in 0..1000 {
                    tx.send(&ctx, n).await.unwrap();
                }
            });
            let mut next = 0;
            while let Some(n) = rx.recv().await {
                assert_eq!(n, next);
                next += 1;
            }
            assert_eq!(next, 1000);
            producer.await.unwrap();
        }
    });
}

#[crate::watched::test]
async fn there_is_room_for_as_many_as_was_said() {
    for capacity in [1, 2, 3, 100] {
        let (tx, mut rx) = channel(capacity);
        assert_eq!((tx.capacity(), tx.max_capacity()), (capacity, capacity));
        for n in 0..capacity {
            tx.try_send(n).unwrap();
        }
        assert_eq!(tx.capacity(), 0);
        assert!(matches!(tx.try_send(capacity), Err(TrySendError::Full(n)) if n == capacity));
        assert!(poll(pin!(tx.send(&Context::background(), capacity)), &Wakes::new().1).is_pending());
        assert_eq!(rx.recv().await, Some(0));
        assert_eq!(tx.capacity(), 1);
        tx.send(&Context::background(), capacity).await.unwrap();
    }
}

#[test]
#[should_panic(expected = "the smallest capacity is 1")]
fn no_capacity_is_a_clear_panic() {
    let _ = channel::<u8>(0);
}

#[test]
#[should_panic(expected = "larger than Tokio can count")]
fn too_much_capacity_is_a_clear_panic() {
    let _ = channel::<u8>(usize::MAX);
}

#[test]
fn a_send_that_waits_ends_with_its_context_and_gives_the_value_back() {
    on_both_flavours(|| async {
        let (ctx, canceller) = Context::background().with_cancel();
        let (tx, mut rx) = channel(1);
        tx.send(&ctx, "first").await.unwrap();
        let waiting = {
            let (tx, ctx) = (tx.clone(), ctx.clone());
            tokio::spawn(async move { tx.send(&ctx, "second").await })
        };
        yield_now().await;
        canceller.cancel_with("enough");
        let error = waiting.await.unwrap().unwrap_err();
        assert_eq!(error.interruption().unwrap().to_string(), "cancelled: enough");
        assert_eq!(error.into_inner(), "second");
        drop(tx);
        assert_eq!((rx.recv().await, rx.recv().await), (Some("first"), None));
    });
}

#[crate::watched::test(start_paused = true)]
async fn a_send_that_waits_ends_at_the_deadline() {
    let (tx, _rx) = channel(1);
    let ctx = Context::background().with_timeout(Duration::from_secs(5));
    tx.send(&ctx, 1).await.unwrap();
    let start = tokio::time::Instant::now();
    let error = tx.send(&ctx, 2).await.unwrap_err();
    assert!(error.interruption().unwrap().is_deadline_exceeded());
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[crate::watched::test]
async fn an_ended_context_wins_over_room() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (tx, mut rx) = channel(1);
    canceller.cancel();
    assert!(tx.send(&ctx, 1).await.unwrap_err().interruption().is_some());
    let passed = Context::background().with_timeout(Duration::ZERO);
    assert!(tx.send(&passed, 1).await.unwrap_err().interruption().unwrap().is_deadline_exceeded());
    assert!(rx.try_recv().is_err(), "nothing was sent");
}

#[crate::watched::test]
async fn a_context_that_ends_while_room_appears_wins() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (tx, mut rx) = channel(1);
    tx.try_send(1).unwrap();
    let mut waiting = pin!(tx.send(&ctx, 2));
    assert!(poll(waiting.as_mut(), &Wakes::new().1).is_pending());
    assert_eq!(rx.recv().await, Some(1));
    canceller.cancel();
    assert_eq!(waiting.await.unwrap_err().into_inner(), 2);
    tx.try_send(3).unwrap();
    assert_eq!(rx.recv().await, Some(3), "the room went back");
}

#[test]
fn senders_that_wait_get_their_values_back_when_the_receiver_is_dropped() {
    on_both_flavours(|| async {
        let (tx, rx) = channel(1);
        tx.try_send(0).unwrap();
        let mut senders = JoinSet::new();
        for n in 1..=10 {
            let tx = tx.clone();
            senders.spawn(async move { tx.send(&Context::background(), n).await });
        }
        for _ in 0..20 {
            yield_now().await;
        }
        drop(rx);
        let mut back: Vec<_> = senders.join_all().await.into_iter().map(|sent| sent.unwrap_err()).collect();
        assert!(back.iter().all(|error| error.is_closed() && error.interruption().is_none()));
        back.sort_by_key(|error| error.clone().into_inner());
        assert!(back.into_iter().map(SendError::into_inner).eq(1..=10));
        assert!(tx.is_closed());
        assert_eq!(tx.capacity(), 0);
        assert!(tx.send(&Context::background(), 0).await.unwrap_err().is_closed());
        assert!(matches!(tx.try_send(0), Err(TrySendError::Closed(0))));
    });
}

#[crate::watched::test]
async fn the_longest_waiter_gets_the_room() {
    let (tx, mut rx) = channel(1);
    let ctx = Context::background();
    let (_, waker) = Wakes::new();
    tx.try_send(0).unwrap();
    let mut first = pin!(tx.send(&ctx, 1));
    let mut second = pin!(tx.send(&ctx, 2));
    assert!(poll(first.as_mut(), &waker).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    assert_eq!(rx.recv().await, Some(0));
    assert!(matches!(tx.try_send(3), Err(TrySendError::Full(3))), "no send overtakes them");
    assert!(poll(second.as_mut(), &waker).is_pending());
    assert!(poll(first.as_mut(), &waker).is_ready());
    assert_eq!(rx.recv().await, Some(1));
    assert!(poll(second.as_mut(), &waker).is_ready());
}

#[crate::watched::test]
async fn a_dropped_send_drops_its_value_and_passes_its_room_on() {
    let census = Census::default();
    let (tx, mut rx) = channel(1);
    let ctx = Context::background();
    let (wakes, waker) = Wakes::new();
    tx.try_send(census.enter()).unwrap();
    let mut first = Box::pin(tx.send(&ctx, census.enter()));
    let mut second = Box::pin(tx.send(&ctx, census.enter()));
    assert!(poll(first.as_mut(), &waker).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    drop(rx.recv().await);
    assert_eq!((census.alive(), wakes.count()), (2, 1));
    drop(first);
    assert_eq!((census.alive(), wakes.count()), (1, 2));
    assert!(poll(second.as_mut(), &waker).is_ready());
    drop((rx, second));
    assert_eq!(census.alive(), 0);
}

/// Otherwise, a producer with a fast consumer would starve other tasks on its thread.
#[crate::watched::test]
async fn a_producer_that_never_waits_lets_others_run() {
    let (tx, mut rx) = channel(1);
    let (ctx, canceller) = Context::background().with_cancel();
    tokio::spawn(async move { canceller.cancel() });
    let why = loop {
        if let Err(why) = tx.send(&ctx, 0).await {
            break why;
        }
        rx.try_recv().unwrap();
    };
    assert!(why.interruption().is_some());
}

#[crate::watched::test]
async fn a_cancellable_producer_is_interrupted_where_it_sends() {
    #[cancellable]
    async fn produce(ctx: &Context, out: Sender<u32>) -> Option<()> {
        for n in 0.. {
            out.send(ctx, n).await.ok()?;
        }
        Some(())
    }

    let (ctx, canceller) = Context::background().with_cancel();
    let (tx, mut rx) = channel(2);
    let producer = tokio::spawn(async move { produce(&ctx, tx).await });
    assert_eq!(rx.recv().await, Some(0));
    canceller.cancel();
    assert_eq!(producer.await.unwrap(), None);
    while rx.recv().await.is_some() {}
}

#[test]
fn the_future_stores_its_value_once() {
    let (tx, _rx) = channel::<[u8; 4096]>(1);
    let ctx = Context::background();
    let small = size_of_val(&tx.send(&ctx, [0; 4096]));
    assert!(small < 4096 + 512, "{small}");
}

#[test]
fn senders_and_receivers_go_where_their_values_may() {
    fn sendable<T: Send>(_: &T) {}
    fn shared<T: Sync + Unpin>(_: &T) {}
    let (tx, mut rx) = channel::<std::cell::Cell<u8>>(1);
    sendable(&tx);
    sendable(&rx);
    shared(&tx);
    shared(&rx);
    let ctx = Context::background();
    sendable(&tx.send(&ctx, std::cell::Cell::new(1)));
    sendable(&rx.recv());
    let other = tx.clone();
    assert!(tx.same_channel(&other));
    assert!(!tx.same_channel(&channel(1).0));
    assert_eq!(format!("{tx:?}"), "Sender { closed: false, capacity: 1 }");
}
