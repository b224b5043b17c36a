//! Single flights: one run, driven by any remaining caller.

use std::sync::Arc;

use taskward::{Context, SingleFlight, race_test};
use tokio::task::yield_now;

use super::{Census, turns};

type Flights = Arc<SingleFlight<u8, usize>>;

async fn call(flights: Flights, ctx: Context, runs: Census) -> Result<usize, taskward::ContextError> {
    let run = async move |_| {
        let _run = runs.enter();
        assert_eq!(runs.alive(), 1, "two at a time");
        turns(2).await;
        runs.ever()
    };
    flights.run(&ctx, 1, run).await
}

#[race_test(delays = 3)]
async fn callers_during_a_run_join_it(ctx: Context) {
    let (flights, runs) = (Flights::default(), Census::default());
    let tasks: Vec<_> = (0..3).map(|_| tokio::spawn(call(flights.clone(), ctx.clone(), runs.clone()))).collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap() <= runs.ever());
    }
    assert!(flights.is_empty());
}

#[race_test(delays = 3)]
async fn a_driver_that_goes_hands_over_and_its_end_is_not_inherited(ctx: Context) {
    let (flights, runs) = (Flights::default(), Census::default());
    let (leaving, canceller) = ctx.with_cancel();
    let first = tokio::spawn(call(flights.clone(), leaving, runs.clone()));
    let second = tokio::spawn(call(flights.clone(), ctx.clone(), runs.clone()));
    let third = tokio::spawn(call(flights.clone(), ctx.clone(), runs.clone()));
    yield_now().await;
    canceller.cancel();
    _ = first.await.unwrap();
    second.await.unwrap().unwrap();
    third.abort();
    _ = third.await;
    assert!(flights.is_empty() && runs.alive() == 0);
}

#[race_test(delays = 3)]
async fn the_last_one_takes_the_run_along(ctx: Context) {
    let (flights, runs) = (Flights::default(), Census::default());
    let tasks: Vec<_> = (0..2).map(|_| tokio::spawn(call(flights.clone(), ctx.clone(), runs.clone()))).collect();
    yield_now().await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    for task in tasks {
        _ = task.await;
    }
    assert_eq!(runs.alive(), 0);
    assert!(flights.is_empty());
    assert!(call(flights, ctx, runs).await.is_ok(), "the next call starts a new run");
}
