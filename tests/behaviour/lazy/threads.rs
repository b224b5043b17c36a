//! A cell on several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use taskward::Lazy;

/// Counts connection attempts, and concurrent ones.
#[derive(Default)]
struct Attempts {
    now: AtomicUsize,
    begun: AtomicUsize,
}

impl Attempts {
    fn begin(&self) -> usize {
        assert_eq!(self.now.fetch_add(1, SeqCst), 0, "two attempts at once");
        self.begun.fetch_add(1, SeqCst)
    }

    fn end(&self) {
        self.now.fetch_sub(1, SeqCst);
    }
}

#[test]
fn plain_threads_share_one_dial() {
    for _ in 0..100 {
        let (lazy, attempts) = (Lazy::new(), Attempts::default());
        let values: Vec<_> = thread::scope(|scope| {
            let call = || {
                lazy.blocking_get_or_init(|| {
                    let number = attempts.begin();
                    thread::yield_now();
                    attempts.end();
                    number
                })
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(call)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(values.iter().all(|value| Arc::ptr_eq(value, &values[0])));
        assert_eq!(attempts.begun.into_inner(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn tasks_and_threads_initialize_one_at_a_time_and_never_get_an_invalidated_value() {
    let (lazy, attempts) = (Arc::new(Lazy::new()), Arc::new(Attempts::default()));
    let tasks = (0..4).map(|task| {
        let (lazy, attempts) = (lazy.clone(), attempts.clone());
        tokio::spawn(async move {
            for round in 0..500 {
                let before = attempts.begun.load(SeqCst);
                if (round + task) % 5 == 0 {
                    lazy.invalidate();
                    let value = lazy
                        .get_or_init(async || {
                            let number = attempts.begin();
                            tokio::task::yield_now().await;
                            attempts.end();
                            number
                        })
                        .await;
                    assert!(*value >= before, "connect {value}, and {before} had begun before it was given up");
                } else {
                    let value = lazy.get();
                    if let Some(value) = value
                        && round % 7 == 0
                    {
                        lazy.invalidate_if(&value);
                    }
                }
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let (lazy, attempts) = (lazy.clone(), attempts.clone());
            thread::spawn(move || {
                for _ in 0..500 {
                    lazy.blocking_get_or_init(|| {
                        let number = attempts.begin();
                        attempts.end();
                        number
                    });
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    for thread in threads {
        thread.join().unwrap();
    }
}

/// Spends the task's cooperative budget without yielding.
async fn spend_the_budget() {
    std::future::poll_fn(|task| {
        while let std::task::Poll::Ready(budget) = tokio::task::coop::poll_proceed(task) {
            budget.made_progress();
        }
        std::task::Poll::Ready(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_function_waits_for_another_thread_in_a_task_without_budget() {
    let (began, has_begun) = std::sync::mpsc::channel();
    let (asks, is_asked) = std::sync::mpsc::channel();
    let lazy = Arc::new(Lazy::new());
    let other = thread::spawn({
        let lazy = lazy.clone();
        move || {
            lazy.blocking_get_or_init(|| {
                began.send(()).unwrap();
                is_asked.recv().unwrap();
                // No event tells that the task waits for this one, so it gets time to begin.
                thread::sleep(std::time::Duration::from_millis(50));
                7
            })
        }
    });
    has_begun.recv().unwrap();
    let value = tokio::spawn(async move {
        spend_the_budget().await;
        asks.send(()).unwrap();
        *lazy.blocking_get_or_init(|| 8)
    });
    let value =
        tokio::time::timeout(std::time::Duration::from_secs(30), value).await.expect("it waits, and not for ever");
    assert_eq!(value.unwrap(), 7);
    other.join().unwrap();
}
