//! Tests of internal state: nothing is left behind.

use std::future::pending;
use std::panic::Location;
use std::sync::Arc;

use futures::future::join_all;

use super::call::{Call, Origin};
use super::key::Keyed;
use super::table::SingleFlight;
use crate::context::Context;

fn call<'t>(flights: &'t SingleFlight<u32, Arc<()>>, key: u32, value: &Arc<()>) -> impl Future<Output = Arc<()>> + 't {
    let value = value.clone();
    let run = move |_: &Context| async move {
        tokio::task::yield_now().await;
        value
    };
    Call::new(flights, Keyed::of(key), Arc::clone, run, Origin::Caller(Location::caller()))
}

#[tokio::test]
async fn when_no_run_is_up_the_table_has_no_memory() {
    let (flights, value) = (SingleFlight::new(), Arc::new(()));
    for many in [1, 2, 10, 10_000] {
        let calls = join_all((0..many).map(|key| call(&flights, key, &value)));
        let mut calls = std::pin::pin!(calls);
        assert!(futures::poll!(calls.as_mut()).is_pending());
        assert_eq!(flights.len(), many as usize);
        drop(calls.await);
        assert_eq!((flights.len(), flights.capacity()), (0, 0), "{many}");
        assert_eq!(Arc::strong_count(&value), 1, "no run and no result is left");
    }
}

#[tokio::test]
async fn runs_that_were_given_up_leave_nothing() {
    let (flights, value) = (SingleFlight::new(), Arc::new(()));
    for many in [1, 1000] {
        let calls = join_all((0..many).flat_map(|key| [call(&flights, key, &value), call(&flights, key, &value)]));
        let mut calls = Box::pin(calls);
        assert!(futures::poll!(calls.as_mut()).is_pending());
        drop(calls);
        assert_eq!((flights.len(), flights.capacity(), Arc::strong_count(&value)), (0, 0, 1));
    }
}

/// A run that goes on does not keep the memory of finished ones.
#[tokio::test]
async fn a_long_run_does_not_keep_the_memory_of_a_rush() {
    let (flights, value) = (SingleFlight::new(), Arc::new(()));
    let rush = (0..10_000).map(|key| call(&flights, key, &value));
    let mut rush = Box::pin(join_all(rush));
    assert!(futures::poll!(rush.as_mut()).is_pending());
    let long: Vec<_> = (10_000..10_100).map(|key| flights_forever(&flights, key)).collect();
    let mut long = Box::pin(join_all(long));
    assert!(futures::poll!(long.as_mut()).is_pending());
    drop(rush.await);
    assert_eq!(flights.len(), 100);
    assert!(flights.capacity() < 2000, "{}", flights.capacity());
    drop(long);
    assert_eq!(flights.capacity(), 0);
}

fn flights_forever(flights: &SingleFlight<u32, Arc<()>>, key: u32) -> impl Future<Output = Arc<()>> {
    Call::new(flights, Keyed::of(key), Arc::clone, |_: &Context| pending(), Origin::Caller(Location::caller()))
}
