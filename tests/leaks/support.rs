//! Counts live tasks and items.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

#[cfg(feature = "test-util")]
use taskward::testing::{Level, Test};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::yield_now;

/// Counts live items.
#[derive(Clone, Default)]
pub(crate) struct Census(Arc<AtomicUsize>);

/// Alive until it is dropped.
#[derive(Debug)]
pub(crate) struct Item(Arc<AtomicUsize>);

impl Census {
    pub(crate) fn enter(&self) -> Item {
        self.0.fetch_add(1, SeqCst);
        Item(self.0.clone())
    }

    pub(crate) fn alive(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

pub(crate) fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

pub(crate) fn two_threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

/// Runs a kernel again and again, on one thread and on two.
pub(crate) fn leaks_nothing<F>(kernel: impl Fn(Census) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    for runtime in [one_thread(), two_threads()] {
        rounds(&runtime, 50, &kernel);
    }
    #[cfg(feature = "test-util")]
    watched(&kernel, [Test::new("one thread").start_paused(true), Test::new("two threads").multi_thread()]);
}

/// Runs a kernel that waits for the clock, which must be paused.
pub(crate) fn leaks_nothing_in_time<F>(kernel: impl Fn(Census) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    rounds(&one_thread(), 50, &kernel);
    #[cfg(feature = "test-util")]
    watched(&kernel, [Test::new("in time").start_paused(true)]);
}

/// The kernel is the body of a `#[taskward::test]`, which must find nothing.
#[cfg(feature = "test-util")]
fn watched<F>(kernel: &impl Fn(Census) -> F, tests: impl IntoIterator<Item = Test>)
where
    F: Future<Output = ()> + Send + 'static,
{
    for test in tests {
        let (_, findings) = test.blocked(Level::Allow).findings(async |_| {
            tokio::spawn(kernel(Census::default())).await.unwrap();
        });
        assert!(findings.is_empty(), "{findings}");
    }
}

/// Runs `kernel` `times` times. After each run, no task and no item may be alive.
pub(crate) fn rounds<F>(runtime: &Runtime, times: usize, kernel: &impl Fn(Census) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    for round in 0..times {
        let census = Census::default();
        runtime.block_on(async {
            tokio::spawn(kernel(census.clone())).await.unwrap();
            settle(&census).await;
            let tasks = Handle::current().metrics().num_alive_tasks();
            assert_eq!((tasks, census.alive()), (0, 0), "tasks and items alive after round {round}");
        });
    }
}

/// Lets aborted and interrupted tasks end, graces included. The real clock bounds the wait,
/// because a busy machine may delay the runtime's threads.
async fn settle(census: &Census) {
    let start = Instant::now();
    while (Handle::current().metrics().num_alive_tasks(), census.alive()) != (0, 0)
        && start.elapsed() < Duration::from_secs(20)
    {
        let_others_run().await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Lets all other tasks make progress.
pub(crate) async fn let_others_run() {
    for _ in 0..20 {
        yield_now().await;
    }
}
