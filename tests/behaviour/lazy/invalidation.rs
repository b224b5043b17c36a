//! Invalidated values, and initializations that are in progress.

use std::pin::pin;
use std::sync::Arc;

use futures::poll;
use taskward::Lazy;
use tokio::sync::Notify;

#[tokio::test]
async fn the_call_after_an_invalidation_initializes_again_and_old_handles_live_on() {
    let lazy = Lazy::new();
    let old = lazy.get_or_init(async || 1).await;
    assert!(Arc::ptr_eq(&lazy.invalidate().unwrap(), &old));
    assert!(lazy.get().is_none() && lazy.invalidate().is_none());
    assert_eq!((*lazy.get_or_init(async || 2).await, *old), (2, 1));
}

#[tokio::test]
async fn two_users_of_one_broken_value_redial_once() {
    let lazy = Lazy::new();
    let (mine, yours) = (lazy.get_or_init(async || 1).await, lazy.get_or_init(async || 1).await);
    assert!(lazy.invalidate_if(&mine));
    let new = lazy.get_or_init(async || 2).await;
    assert!(!lazy.invalidate_if(&yours));
    assert!(Arc::ptr_eq(&lazy.get_or_init(async || 3).await, &new));
    assert!(!lazy.invalidate_if(&Arc::new(2)), "equal, and not the same");
}

#[tokio::test]
async fn a_value_begun_before_an_invalidation_goes_to_no_later_caller() {
    let (lazy, connected) = (Lazy::new(), Notify::new());
    let mut before = pin!(lazy.get_or_init(async || {
        connected.notified().await;
        1
    }));
    assert!(poll!(before.as_mut()).is_pending());
    assert!(lazy.invalidate().is_none());
    let mut after = pin!(lazy.get_or_init(async || 2));
    assert!(poll!(after.as_mut()).is_pending(), "one attempt at a time");
    connected.notify_one();
    assert_eq!(*before.await, 1);
    assert!(lazy.get().is_none());
    assert_eq!(*after.await, 2);
    assert_eq!(lazy.get().as_deref(), Some(&2));
}

#[tokio::test]
async fn invalidating_an_old_value_does_not_affect_a_running_initialization() {
    let (lazy, connected) = (Lazy::new(), Notify::new());
    let broken = lazy.get_or_init(async || 1).await;
    assert!(lazy.invalidate_if(&broken));
    let mut connecting_again = pin!(lazy.get_or_init(async || {
        connected.notified().await;
        2
    }));
    assert!(poll!(connecting_again.as_mut()).is_pending());
    assert!(!lazy.invalidate_if(&broken));
    connected.notify_one();
    let new = connecting_again.await;
    assert!(Arc::ptr_eq(&lazy.get().unwrap(), &new));
}

#[tokio::test]
async fn a_value_set_during_an_initialization_goes_to_the_waiters_and_stays() {
    let (lazy, connected) = (Lazy::new(), Notify::new());
    let mut connecting = pin!(lazy.get_or_init(async || {
        connected.notified().await;
        1
    }));
    let mut waiter = pin!(lazy.get_or_init(async || 2));
    assert!(poll!(connecting.as_mut()).is_pending() && poll!(waiter.as_mut()).is_pending());
    assert!(lazy.replace(3).is_none());
    assert_eq!(*lazy.get_or_init(async || 4).await, 3);
    connected.notify_one();
    assert_eq!((*connecting.await, *waiter.await), (1, 3));
    assert_eq!(lazy.replace(5).as_deref(), Some(&3));
}

/// No lock is held while a value is dropped.
#[test]
fn a_value_may_use_its_cell_while_it_is_dropped() {
    static LAZY: Lazy<Value> = Lazy::new();

    struct Value(u8);

    impl Drop for Value {
        fn drop(&mut self) {
            if let Some(other) = LAZY.get() {
                LAZY.invalidate_if(&other);
            }
        }
    }

    LAZY.replace(Value(1));
    assert_eq!(LAZY.replace(Value(2)).as_ref().unwrap().0, 1);
    assert!(LAZY.get().is_none());
}
