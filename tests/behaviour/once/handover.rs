use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use taskward::{Once, once};
use tokio::time::{Instant, timeout};

use super::{Runs, work};
use crate::support::Census;

/// The initializer is dropped: the next caller in line starts a new one, after the first future is
/// gone.
#[tokio::test(start_paused = true)]
async fn a_cancelled_initialiser_hands_over_to_a_waiter() {
    let (once, runs, census) = (Once::<u8>::new(), Runs::new(), Census::default());
    let call = || {
        once.get_or_init(|| async {
            assert_eq!(census.alive(), 0, "what the first one had is gone");
            let _alive = census.enter();
            let _running = runs.begin();
            work().await;
            1
        })
    };
    let begun = Instant::now();
    let (first, second, third) = tokio::join!(timeout(Duration::from_millis(500), call()), call(), call());
    assert!(first.is_err());
    assert_eq!((*second, *third), (1, 1));
    assert_eq!(runs.count(), 2);
    assert_eq!(begun.elapsed(), Duration::from_millis(1500), "at once");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_waiter_leaves_the_others_alone() {
    let (once, runs) = (Once::<u8>::new(), Runs::new());
    let call = || {
        once.get_or_init(|| async {
            let _running = runs.begin();
            work().await;
            1
        })
    };
    let (first, second, third) = tokio::join!(call(), timeout(Duration::from_millis(500), call()), call());
    assert_eq!((*first, second.is_err(), *third), (1, true, 1));
    assert_eq!(runs.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn all_are_cancelled_and_a_later_caller_finds_nothing_in_the_way() {
    let (once, runs) = (Once::<u8>::new(), Runs::new());
    let call = || {
        once.get_or_init(|| async {
            let _running = runs.begin();
            work().await;
            1
        })
    };
    let calls = futures::future::join_all((0..100).map(|_| call()));
    assert!(timeout(Duration::from_millis(500), calls).await.is_err());
    assert_eq!(*call().await, 1);
    assert_eq!(runs.count(), 2);
}

/// Many callers give up one after the other, and the last one initializes.
#[tokio::test(start_paused = true)]
async fn the_last_caller_left_initializes() {
    static RUNS: Runs = Runs::new();

    #[once]
    async fn value() -> &'static u8 {
        let _running = RUNS.begin();
        work().await;
        1
    }

    let impatient = (1..=20).map(|n| timeout(Duration::from_millis(n * 100), value()));
    let (impatient, patient) = tokio::join!(futures::future::join_all(impatient), value());
    assert_eq!(*patient, 1);
    assert!(impatient[..9].iter().all(Result::is_err), "they gave up");
    assert!(RUNS.count() > 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_goes_to_its_caller_and_the_next_one_tries() {
    let (once, runs) = (Once::<u8>::new(), Runs::new());
    let call = |panics: bool| {
        let once = &once;
        let runs = &runs;
        AssertUnwindSafe(async move {
            let value = once.get_or_init(|| async {
                let _running = runs.begin();
                work().await;
                assert!(!panics, "no value");
                1
            });
            *value.await
        })
        .catch_unwind()
    };
    let (first, second, third) = tokio::join!(call(true), call(false), call(true));
    assert_eq!(first.unwrap_err().downcast_ref(), Some(&"no value"));
    assert_eq!((second.unwrap(), third.unwrap()), (1, 1));
    assert_eq!(runs.count(), 2);
}

#[test]
fn a_panic_of_a_plain_initialiser_is_not_kept_either() {
    #[once]
    fn value() -> &'static u8 {
        static FIRST: Once<()> = Once::new();
        assert!(FIRST.get().is_some_and(|()| true) || FIRST.blocking_get_or_init(|| ()) != &(), "no value");
        1
    }

    assert!(std::panic::catch_unwind(value).is_err());
    assert_eq!(*value(), 1);
}
