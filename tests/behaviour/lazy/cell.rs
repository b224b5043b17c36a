//! The cell and its values.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use futures::future::join_all;
use taskward::{Lazy, LazyGuard};
use tokio::task::yield_now;

use crate::support::Census;

#[tokio::test]
async fn callers_share_one_dial_and_its_value() {
    let (lazy, attempts) = (Lazy::new(), AtomicUsize::new(0));
    let connect = async || {
        yield_now().await;
        Ok::<_, &str>(attempts.fetch_add(1, SeqCst))
    };
    let values = join_all((0..100).map(|_| lazy.get_or_try_init(connect))).await;
    let first = values[0].as_ref().unwrap();
    assert!(values.iter().all(|value| Arc::ptr_eq(value.as_ref().unwrap(), first)));
    assert_eq!(attempts.into_inner(), 1);
}

#[tokio::test]
async fn a_look_does_not_dial() {
    let lazy = Lazy::new();
    assert!(lazy.get().is_none() && lazy.lend().is_none());
    let value = lazy.get_or_init(async || 7).await;
    assert_eq!((lazy.get().as_deref(), lazy.lend().as_deref()), (Some(&7), Some(&value)));
}

#[tokio::test]
async fn an_error_goes_to_the_initializing_caller_and_the_next_one_initializes() {
    let (lazy, attempts) = (Lazy::new(), AtomicUsize::new(0));
    let connect = async || {
        yield_now().await;
        match attempts.fetch_add(1, SeqCst) {
            2 => Ok("connection"),
            n => Err(n),
        }
    };
    let results = join_all((0..5).map(|_| lazy.get_or_try_init(connect))).await;
    let results: Vec<_> = results.into_iter().map(|result| result.map(|value| *value)).collect();
    assert_eq!(results, [Err(0), Err(1), Ok("connection"), Ok("connection"), Ok("connection")]);
    assert_eq!(attempts.into_inner(), 3);
}

/// An error needs neither `Clone` nor `Send`.
#[tokio::test]
async fn an_error_is_moved_to_its_caller() {
    struct Unclonable(Cell<u8>);
    let lazy = Lazy::<u8>::new();
    let error = lazy.get_or_try_init(async || Err(Unclonable(Cell::new(3)))).await.unwrap_err();
    assert_eq!(error.0.get(), 3);
}

#[tokio::test]
async fn the_dial_begins_when_it_is_its_turn() {
    let (lazy, begun) = (Lazy::new(), AtomicUsize::new(0));
    // Not an `async` closure: this part runs as soon as the closure is called.
    let connect = || {
        begun.fetch_add(1, SeqCst);
        async {
            yield_now().await;
            1
        }
    };
    join_all((0..10).map(|_| lazy.get_or_init(connect))).await;
    assert_eq!(begun.into_inner(), 1);
}

#[test]
fn a_lent_value_outlives_its_place() {
    let (census, lazy) = (Census::default(), Lazy::new());
    lazy.replace(census.enter());
    let lent = lazy.lend().unwrap();
    let more: Vec<LazyGuard<_>> = (0..20).map(|_| lazy.lend().unwrap()).collect();
    drop(lazy.invalidate());
    assert_eq!(census.alive(), 1);
    let kept = Arc::clone(&lent);
    drop((lent, more));
    assert_eq!(census.alive(), 1);
    drop(kept);
    assert_eq!(census.alive(), 0);
}

#[test]
fn a_cell_drops_its_value() {
    let census = Census::default();
    drop(Lazy::from(census.enter()));
    assert_eq!(census.alive(), 0);
}

#[test]
fn debug_shows_the_state_of_the_cell() {
    assert_eq!(format!("{:?}", Lazy::<u8>::default()), "Lazy(<none>)");
    assert_eq!(format!("{:?} {:?}", Lazy::from(7), Lazy::from(7).lend().unwrap()), "Lazy(7) 7");
}
