//! The calls that share a run.

use std::time::Duration;

use taskward::{Context, SingleFlight};
use tokio::join;
use tokio::time::sleep;

use super::{Runs, flights};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn calls_with_an_equal_key_share_one_run() {
    let (ctx, flights, runs) = (Context::background(), flights(), Runs::default());
    let call = |key| {
        let runs = runs.clone();
        flights.run(&ctx, key, async move |_| {
            sleep(SECOND).await;
            runs.begin()
        })
    };
    let (a, b, other) = join!(call(1), call(1), call(2));
    assert_eq!((a.unwrap(), b.unwrap()), (1, 1));
    assert_eq!((other.unwrap(), runs.count()), (2, 2));
    assert!(flights.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_later_caller_joins_a_running_flight() {
    let (ctx, flights, runs) = (Context::background(), flights(), Runs::default());
    let call = || {
        let runs = runs.clone();
        flights.run(&ctx, 1, async move |_| {
            sleep(SECOND).await;
            runs.begin()
        })
    };
    let late = async {
        sleep(SECOND / 2).await;
        call().await
    };
    let (first, late) = join!(call(), late);
    assert_eq!((first.unwrap(), late.unwrap()), (1, 1));
    assert_eq!(call().await.unwrap(), 2, "a result is handed to those who wait, and is not kept");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_polled_starts_nothing_and_joins_nothing() {
    let (ctx, flights) = (Context::background(), flights());
    let idle = flights.run(&ctx, 1, async |_| 1);
    assert!(flights.is_empty());
    assert_eq!(flights.run(&ctx, 1, async |_| 2).await.unwrap(), 2);
    assert_eq!(idle.await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_shared_as_any_result_is_and_the_next_call_tries_again() {
    let (ctx, flights, runs) = (Context::background(), flights::<Result<u32, u32>>(), Runs::default());
    let call = || {
        let runs = runs.clone();
        flights.run(&ctx, 1, async move |_| {
            sleep(SECOND).await;
            if runs.begin() == 1 { Err(7) } else { Ok(1) }
        })
    };
    let (a, b) = join!(call(), call());
    assert_eq!((a.unwrap(), b.unwrap()), (Err(7), Err(7)));
    assert_eq!(call().await.unwrap(), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn the_one_caller_of_a_run_gets_its_value_uncloned() {
    #[derive(Debug)]
    struct NeverCloned;
    impl Clone for NeverCloned {
        fn clone(&self) -> Self {
            panic!("cloned")
        }
    }
    let (ctx, flights) = (Context::background(), SingleFlight::new());
    assert!(flights.run(&ctx, 1, async |_| NeverCloned).await.is_ok());
    let slow = flights.run(&ctx, 1, async |_| {
        sleep(SECOND).await;
        NeverCloned
    });
    assert!(slow.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn of_two_callers_only_one_needs_a_clone() {
    #[derive(Debug)]
    struct Counted(Runs);
    impl Clone for Counted {
        fn clone(&self) -> Self {
            self.0.begin();
            Self(self.0.clone())
        }
    }
    let (ctx, flights, clones) = (Context::background(), SingleFlight::new(), Runs::default());
    let call = || {
        let clones = clones.clone();
        flights.run(&ctx, 1, async move |_| {
            sleep(SECOND).await;
            Counted(clones)
        })
    };
    let (a, b) = join!(call(), call());
    assert_eq!((a.is_ok(), b.is_ok(), clones.count()), (true, true, 1));
}

#[tokio::test(start_paused = true)]
async fn after_forget_the_next_call_starts_a_new_run_and_waiters_keep_theirs() {
    let (ctx, flights, runs) = (Context::background(), flights(), Runs::default());
    let call = || {
        let runs = runs.clone();
        flights.run(&ctx, 1, async move |_| {
            let number = runs.begin();
            sleep(SECOND).await;
            number
        })
    };
    let later = async {
        sleep(SECOND / 2).await;
        assert!(flights.forget(&1));
        assert!(!flights.forget(&1));
        let (joined, anew) = join!(call(), call());
        assert_eq!((joined.unwrap(), anew.unwrap()), (2, 2), "they share the new one");
    };
    let (a, b, ()) = join!(call(), call(), later);
    assert_eq!((a.unwrap(), b.unwrap()), (1, 1));
    assert!(flights.is_empty());
}

/// A forgotten run that ends does not affect its successor.
#[tokio::test(start_paused = true)]
async fn a_forgotten_run_that_ends_leaves_its_successor_alone() {
    let (ctx, flights) = (Context::background(), flights());
    let slowly = |value, limit| {
        flights.run(&ctx, 1, async move |_| {
            sleep(limit).await;
            value
        })
    };
    let later = async {
        sleep(SECOND / 2).await;
        flights.forget(&1);
        let joining = async {
            sleep(SECOND).await;
            slowly(3, SECOND).await
        };
        let (anew, joined) = join!(slowly(2, 2 * SECOND), joining);
        assert_eq!((anew.unwrap(), joined.unwrap()), (2, 2));
    };
    let (first, ()) = join!(slowly(1, SECOND), later);
    assert_eq!(first.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn keys_may_be_borrowed_to_forget_them() {
    let (ctx, flights) = (Context::background(), SingleFlight::<String, u8>::new());
    let run = flights.run(&ctx, "a".to_owned(), async |_| {
        sleep(SECOND).await;
        1
    });
    let forget = async { flights.forget("a") };
    let (run, forgotten) = join!(run, forget);
    assert_eq!((run.unwrap(), forgotten), (1, true));
}

#[tokio::test(start_paused = true)]
async fn many_keys_at_once_are_found_and_are_gone_afterwards() {
    let (ctx, flights) = (Context::background(), flights());
    let calls: Vec<_> = (0..1000_u32)
        .flat_map(|key| [key, key])
        .map(|key| {
            flights.run(&ctx, key, async move |_| {
                sleep(SECOND + Duration::from_millis(u64::from(key * 7 % 13))).await;
                key
            })
        })
        .collect();
    let all = futures::future::join_all(calls);
    let count = async {
        sleep(SECOND / 2).await;
        flights.len()
    };
    let (results, up) = join!(all, count);
    assert_eq!(up, 1000);
    assert!(results.into_iter().map(Result::unwrap).eq((0..1000).flat_map(|key| [key, key])));
    assert!(flights.is_empty());
}

#[tokio::test]
async fn a_table_may_be_static() {
    static FLIGHTS: SingleFlight<&str, u8> = SingleFlight::new();
    assert_eq!(FLIGHTS.run(&Context::background(), "key", async |_| 1).await.unwrap(), 1);
}
