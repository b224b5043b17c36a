use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use taskward::{Once, once};
use tokio::runtime::{Builder, Runtime};

use super::Runs;

fn runtimes() -> [Runtime; 2] {
    [
        Builder::new_multi_thread().worker_threads(2).enable_all().build(),
        Builder::new_current_thread().enable_all().build(),
    ]
    .map(Result::unwrap)
}

/// Threads, and tasks of two runtimes of either flavour, share one initialization.
#[test]
fn threads_and_tasks_share_one_initialisation() {
    for _ in 0..50 {
        let (once, runs) = (Once::<usize>::new(), Runs::new());
        let [many, single] = runtimes();
        let of_thread = |number| {
            *once.blocking_get_or_init(|| {
                let _running = runs.begin();
                thread::yield_now();
                number
            })
        };
        let of_task = async |number| {
            *once
                .get_or_init(|| async {
                    let _running = runs.begin();
                    tokio::task::yield_now().await;
                    number
                })
                .await
        };
        let values = thread::scope(|scope| {
            let threads = [1, 2, 3].map(|number| scope.spawn(move || of_thread(number)));
            let of_task = &of_task;
            let on_many = scope.spawn(|| many.block_on(async { tokio::join!(of_task(4), of_task(5)) }));
            let on_single = scope.spawn(|| single.block_on(async { tokio::join!(of_task(6), of_task(7)) }));
            let mut values: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
            for (one, other) in [on_many.join().unwrap(), on_single.join().unwrap()] {
                values.extend([one, other]);
            }
            values
        });
        assert!(values.iter().all(|value| *value == values[0]), "{values:?}");
        assert_eq!(runs.count(), 1);
    }
}

/// A runtime is shut down while one of its tasks initializes: the task is cancelled, and a task of
/// another runtime continues.
#[test]
fn a_runtime_that_goes_away_hands_over() {
    static ONCE: Once<u8> = Once::new();
    let [gone, stays] = runtimes();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    gone.spawn(ONCE.get_or_init(|| async move {
        begun.send(()).unwrap();
        std::future::pending().await
    }));
    stays.block_on(has_begun).unwrap();
    let waiting = stays.spawn(async {});
    drop(waiting);
    let waiter = thread::spawn(move || {
        stays.block_on(async { tokio::time::timeout(Duration::from_secs(30), ONCE.get_or_init(|| async { 1 })).await })
    });
    drop(gone);
    assert_eq!(waiter.join().unwrap(), Ok(&1));
}

#[test]
fn a_plain_function_may_wait_on_any_thread() {
    static RUNS: Runs = Runs::new();
    /// The initializing thread meets the test here, and then the other threads do.
    static BEGUN: Barrier = Barrier::new(2);
    static ASKING: Barrier = Barrier::new(4);

    #[once]
    fn value() -> &'static u8 {
        let _running = RUNS.begin();
        BEGUN.wait();
        ASKING.wait();
        1
    }

    let [many, single] = runtimes();
    thread::scope(|scope| {
        scope.spawn(|| many.block_on(async { tokio::spawn(async { value() }).await.unwrap() }));
        BEGUN.wait();
        let ask = || {
            ASKING.wait();
            value();
        };
        scope.spawn(move || single.block_on(async { ask() }));
        scope.spawn(ask);
        ASKING.wait();
    });
    assert_eq!(RUNS.count(), 1);
}

/// The thread would wait for a task that needs this very thread.
#[tokio::test]
async fn a_thread_that_must_not_block_does_not_wait_for_a_task() {
    let once = Once::<u8>::new();
    let making = once.get_or_init(|| async {
        tokio::task::yield_now().await;
        1
    });
    let waiting = async {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| once.blocking_get_or_init(|| 2)));
        assert!(panicked.is_err());
    };
    assert_eq!(tokio::join!(making, waiting), (&1, ()));
    assert_eq!(once.blocking_get_or_init(|| 2), &1);
}
