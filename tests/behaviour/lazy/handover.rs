//! Initializations that fail: cancelled, with an error, or with a panic.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::task::Poll;

use futures::{FutureExt, poll};
use taskward::Lazy;
use tokio::task::yield_now;

use crate::support::Census;

#[tokio::test]
async fn a_cancelled_dial_is_dropped_and_the_next_in_line_dials() {
    let (census, lazy) = (Census::default(), Lazy::new());
    let mut first = Box::pin(lazy.get_or_init(async || {
        let _alive = census.enter();
        std::future::pending().await
    }));
    assert!(poll!(first.as_mut()).is_pending());
    let mut second = pin!(lazy.get_or_init(async || {
        assert_eq!(census.alive(), 0, "two attempts at once");
        yield_now().await;
        2
    }));
    let mut third = pin!(lazy.get_or_init(async || 3));
    assert!(poll!(second.as_mut()).is_pending());
    assert!(poll!(third.as_mut()).is_pending());
    drop(first);
    assert_eq!((*second.await, *third.await), (2, 2));
}

#[tokio::test]
async fn a_waiter_that_is_cancelled_leaves_the_others_alone() {
    let lazy = Lazy::new();
    let mut first = pin!(lazy.get_or_init(async || {
        yield_now().await;
        1
    }));
    assert!(poll!(first.as_mut()).is_pending());
    let mut second = Box::pin(lazy.get_or_init(async || 2));
    let mut third = pin!(lazy.get_or_init(async || 3));
    assert!(poll!(second.as_mut()).is_pending());
    assert!(poll!(third.as_mut()).is_pending());
    drop(second);
    assert_eq!((*first.await, *third.await), (1, 1));
}

/// Woken as the next initializer, and dropped before it is polled.
#[tokio::test]
async fn a_waiter_that_is_cancelled_when_its_turn_has_come_passes_it_on() {
    let lazy = Lazy::new();
    let mut first = Box::pin(lazy.get_or_init(std::future::pending));
    assert!(poll!(first.as_mut()).is_pending());
    let mut second = Box::pin(lazy.get_or_init(async || 2));
    let mut third = pin!(lazy.get_or_init(async || 3));
    assert!(poll!(second.as_mut()).is_pending());
    assert!(poll!(third.as_mut()).is_pending());
    drop(first);
    drop(second);
    assert_eq!(*third.await, 3);
}

#[tokio::test]
async fn a_panic_goes_to_the_initializing_caller_and_the_next_one_initializes() {
    let lazy = Lazy::new();
    let mut first = Box::pin(
        AssertUnwindSafe(lazy.get_or_init(async || {
            yield_now().await;
            panic!("no network")
        }))
        .catch_unwind(),
    );
    assert!(poll!(first.as_mut()).is_pending());
    let mut second = pin!(lazy.get_or_init(async || 2));
    assert!(poll!(second.as_mut()).is_pending());
    let panic = first.await.unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"no network"));
    assert_eq!(*second.await, 2);
}

#[test]
fn a_panic_on_a_thread_is_its_own() {
    let lazy = Lazy::new();
    let panic = std::thread::scope(|scope| scope.spawn(|| lazy.blocking_get_or_init(|| panic!("no network"))).join());
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"no network"));
    assert_eq!(*lazy.blocking_get_or_init(|| 2), 2);
}

/// The resources of an initialization are dropped before the next one begins.
#[tokio::test]
async fn a_call_that_has_its_value_holds_no_turn() {
    let lazy = Lazy::new();
    let mut first = Box::pin(lazy.get_or_init(async || 1));
    assert!(matches!(poll!(first.as_mut()), Poll::Ready(_)));
    lazy.invalidate();
    assert_eq!(*lazy.get_or_init(async || 2).await, 2);
    drop(first);
}

/// As in a `select!` on `&mut call`, which keeps the call alive.
#[tokio::test]
async fn a_waiter_that_has_got_a_value_is_no_longer_in_line_even_if_it_is_kept() {
    let lazy = Lazy::new();
    let mut first = Box::pin(lazy.get_or_init(std::future::pending));
    let mut kept = pin!(lazy.get_or_init(async || 2));
    assert!(poll!(first.as_mut()).is_pending() && poll!(kept.as_mut()).is_pending());
    lazy.replace(3);
    assert!(matches!(poll!(kept.as_mut()), Poll::Ready(value) if *value == 3));
    drop(first);
    lazy.invalidate();
    let mut next = pin!(lazy.get_or_init(async || 4));
    assert!(matches!(poll!(next.as_mut()), Poll::Ready(value) if *value == 4));
}
