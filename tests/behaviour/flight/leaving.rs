//! Callers that leave: the run stops with its last caller, and not earlier.

use std::future::pending;
use std::time::Duration;

use taskward::{Context, SingleFlight};
use tokio::join;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::flights;
use crate::support::Census;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn the_run_is_dropped_when_its_last_caller_goes() {
    let (ctx, flights, census) = (Context::background(), flights::<()>(), Census::default());
    let call = |limit| {
        let census = census.clone();
        let run = flights.run(&ctx, 1, async move |_| {
            let _alive = census.enter();
            pending::<()>().await;
        });
        timeout(limit, run)
    };
    let watch = async {
        sleep(SECOND * 3 / 2).await;
        assert_eq!(census.alive(), 1, "one is left");
        sleep(SECOND).await;
        assert_eq!((census.alive(), flights.len()), (0, 0));
    };
    let (a, b, ()) = join!(call(SECOND), call(2 * SECOND), watch);
    assert!(a.is_err() && b.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_run_goes_on_when_the_caller_who_started_it_goes() {
    let (ctx, flights) = (Context::background(), flights());
    let call = || {
        flights.run(&ctx, 1, async |_| {
            for _ in 0..10 {
                sleep(SECOND).await;
            }
            1
        })
    };
    let first = timeout(SECOND * 5 / 2, call());
    let (first, second) = join!(first, call());
    assert!(first.is_err());
    assert_eq!(second.unwrap(), 1);
}

/// The caller is woken, and dropped before it is polled.
#[tokio::test(start_paused = true)]
async fn a_driver_that_goes_with_the_wake_up_in_its_hands_passes_it_on() {
    let (ctx, flights) = (Context::background(), flights());
    let (wake, woken) = tokio::sync::oneshot::channel::<u32>();
    let mut woken = Some(woken);
    let mut call = || {
        let woken = woken.take();
        flights.run(&ctx, 1, async move |_| woken.expect("one run").await.unwrap())
    };
    let (mut first, second) = (Box::pin(call()), call());
    let mut second = Box::pin(second);
    assert!(futures::poll!(first.as_mut()).is_pending());
    assert!(futures::poll!(second.as_mut()).is_pending());
    wake.send(7).unwrap();
    drop(first);
    assert_eq!(second.await.unwrap(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_driver_that_is_aborted_hands_over() {
    let (ctx, flights) = (Context::background(), flights());
    let call = |ctx: Context| {
        let flights = flights.clone();
        async move {
            flights
                .run(&ctx, 1, async |_| {
                    for _ in 0..100 {
                        yield_now().await;
                    }
                    1
                })
                .await
        }
    };
    let driver = tokio::spawn(call(ctx.clone()));
    let others: Vec<_> = (0..3).map(|_| tokio::spawn(call(ctx.clone()))).collect();
    for _ in 0..5 {
        yield_now().await;
    }
    driver.abort();
    assert!(driver.await.unwrap_err().is_cancelled());
    for other in others {
        assert_eq!(other.await.unwrap().unwrap(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_while_the_last_caller_leaves_starts_a_new_run() {
    let (ctx, flights, census) = (Context::background(), flights(), Census::default());
    let mut first = Box::pin(flights.run(&ctx, 1, {
        let census = census.clone();
        async move |_| {
            let _alive = census.enter();
            pending().await
        }
    }));
    assert!(futures::poll!(first.as_mut()).is_pending());
    drop(first);
    assert_eq!(census.alive(), 0);
    assert_eq!(flights.run(&ctx, 1, async |_| 2).await.unwrap(), 2);
}

/// The dropped run may call the flight again.
#[tokio::test(start_paused = true)]
async fn the_drop_of_a_run_may_start_another_one() {
    use std::sync::Arc;
    struct Again(Arc<SingleFlight<u32, u32>>);
    impl Drop for Again {
        fn drop(&mut self) {
            let (ctx, flights) = (Context::background(), self.0.clone());
            let mut run = std::pin::pin!(flights.run(&ctx, 1, async |_| 5));
            let polled = run.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
            assert!(matches!(polled, std::task::Poll::Ready(Ok(5))));
        }
    }
    let (ctx, flights) = (Context::background(), flights());
    let again = Again(flights.clone());
    let run = flights.run(&ctx, 1, async move |_| {
        let _again = again;
        pending().await
    });
    assert!(timeout(SECOND, run).await.is_err());
    assert!(flights.is_empty());
}
