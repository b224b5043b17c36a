//! Gauges of the sizes of groups and pools.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{self, Wake, Waker};
use std::time::Duration;

use taskward::{Context, ContextError, TaskGroup, WorkerPool};
use tokio::time::sleep;

use crate::functions::{flaky, hash_all, price, resize_all};
use crate::meters::Meters;

#[test]
fn a_group_that_asks_for_it_is_measured() {
    let meters = Meters::default();
    let sizes = || ["tasks", "queue_depth"].map(|size| meters.gauge(&format!("taskward_group_{size}{{name=jobs}}")));
    meters.record(async {
        let ctx = Context::background();
        let group = TaskGroup::<Result<(), ContextError>>::new(&ctx).limit(2).metrics("jobs").name("not a label");
        for seconds in 1..=5 {
            _ = group.spawn(move |ctx| async move { ctx.sleep(Duration::from_secs(seconds)).await });
        }
        assert_eq!(sizes(), [Some(5.0), Some(3.0)]);
        sleep(Duration::from_millis(3500)).await;
        // The first two are done.
        assert_eq!(sizes(), [Some(3.0), Some(1.0)]);
        for _ in 0..4 {
            _ = group.spawn(|ctx| async move { ctx.sleep(Duration::from_secs(60)).await });
        }
        assert_eq!(sizes(), [Some(7.0), Some(5.0)]);
        group.cancel();
        group.join().await.unwrap_err();
        assert_eq!(sizes(), [Some(0.0), Some(0.0)], "what waits when the group ends is counted off");
    });
    assert_eq!(meters.0.lock().unwrap().len(), 2, "{meters:?}");
}

#[test]
fn a_group_that_does_not_ask_is_not_measured() {
    let meters = Meters::default();
    meters.record(async {
        let group = TaskGroup::<()>::new(&Context::background()).name("connections");
        _ = group.spawn(|_| async {});
        group.join().await;
    });
    assert!(meters.0.lock().unwrap().is_empty(), "{meters:?}");
}

/// Reads the number of tasks when it is woken.
#[derive(Default)]
struct AtWake {
    meters: Meters,
    tasks: Mutex<Vec<Option<f64>>>,
}

impl Wake for AtWake {
    fn wake(self: Arc<Self>) {
        self.tasks.lock().unwrap().push(self.meters.gauge("taskward_group_tasks{name=jobs}"));
    }
}

#[test]
fn a_task_has_left_its_gauge_when_its_end_is_notified() {
    let meters = Meters::default();
    meters.record(async {
        let ends: [fn() -> Option<()>; 3] = [|| Some(()), || None, || panic!("isolated")];
        for end in ends {
            let at_wake = Arc::new(AtWake { meters: meters.clone(), ..AtWake::default() });
            let group = TaskGroup::new(&Context::background()).isolate_panics().metrics("jobs");
            _ = group.spawn(async move |_| end());
            let mut next = pin!(group.join_next());
            let waker = Waker::from(at_wake.clone());
            assert!(next.as_mut().poll(&mut task::Context::from_waker(&waker)).is_pending());
            sleep(Duration::from_millis(1)).await;
            assert_eq!(*at_wake.tasks.lock().unwrap(), [Some(0.0)]);
        }
    });
}

#[test]
fn a_task_that_has_finished_is_counted_off_though_nobody_looks_at_its_group() {
    let meters = Meters::default();
    metrics::with_local_recorder(&meters, || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        runtime.block_on(async {
            let group = TaskGroup::<()>::new(&Context::background()).metrics("jobs");
            for _ in 0..5 {
                _ = group.spawn(|_| async {});
            }
            while runtime.metrics().num_alive_tasks() > 0 {
                tokio::task::yield_now().await;
            }
            assert_eq!(meters.gauge("taskward_group_tasks{name=jobs}"), Some(0.0));
            group.join().await;
        });
    });
}

/// The number of items that no worker has claimed, and of workers.
fn pool_sizes(meters: &Meters, name: &str) -> [Option<f64>; 2] {
    ["queue_depth", "workers"].map(|size| meters.gauge(&format!("taskward_pool_{size}{{name={name}}}")))
}

#[test]
fn a_pool_that_asks_for_it_is_measured() {
    let meters = Meters::default();
    meters.record(async {
        let ctx = Context::background();
        let pool = WorkerPool::new(2).metrics("fetch");
        let mut run = Box::pin(pool.run(&ctx, 1..=10, |ctx, n: u64| async move {
            ctx.sleep(Duration::from_secs(n)).await?;
            Ok::<_, ContextError>(n)
        }));
        assert!(futures::poll!(run.as_mut()).is_pending());
        sleep(Duration::from_millis(500)).await;
        assert!(futures::poll!(run.as_mut()).is_pending());
        assert_eq!(pool_sizes(&meters, "fetch"), [Some(8.0), Some(2.0)]);
        assert_eq!(run.await.unwrap().len(), 10);
        assert_eq!(pool_sizes(&meters, "fetch"), [Some(0.0), Some(0.0)]);
    });
}

#[test]
fn a_pool_that_fails_or_is_dropped_leaves_nothing_on_its_gauges() {
    let meters = Meters::default();
    meters.record(async {
        let ctx = Context::background();
        let pool = WorkerPool::new(3).metrics("fetch");
        let failing = pool.run(&ctx, 0..100, |ctx, n: u8| async move {
            ctx.checkpoint().await.ok()?;
            (n != 5).then_some(n)
        });
        assert_eq!(failing.await, None);
        assert_eq!(pool_sizes(&meters, "fetch"), [Some(0.0), Some(0.0)]);

        let items = futures::stream::iter(0..100);
        let mut results = Box::pin(pool.stream(&ctx, items, |_, _: u8| std::future::pending::<Option<()>>()));
        assert!(futures::poll!(futures::StreamExt::next(&mut results)).is_pending());
        sleep(Duration::from_millis(1)).await;
        // Six are alive: one for each worker, and as many that wait.
        assert_eq!(pool_sizes(&meters, "fetch"), [Some(3.0), Some(3.0)]);
        drop(results);
        sleep(Duration::from_millis(1)).await;
        assert_eq!(pool_sizes(&meters, "fetch"), [Some(0.0), Some(0.0)]);
    });
}

#[test]
fn a_pool_function_measures_its_runs_under_its_name() {
    let meters = Meters::default();
    meters.record(async {
        let ctx = Context::background();
        let mut all = Box::pin(resize_all(&ctx, 1..=6, 10));
        assert!(futures::poll!(all.as_mut()).is_pending());
        sleep(Duration::from_millis(1)).await;
        assert_eq!(pool_sizes(&meters, "resize"), [Some(4.0), Some(2.0)]);
        assert_eq!(all.await.unwrap().len(), 6);
        assert_eq!(pool_sizes(&meters, "resize"), [Some(0.0), Some(0.0)]);
        assert_eq!(hash_all(&ctx, 0..100).await.unwrap().len(), 100);
        flaky(&ctx, "works".into(), "x".into()).await.unwrap();
        assert_eq!(price(&ctx, "tea".into()).await.unwrap(), 3);
    });
    assert_eq!(meters.read("taskward_calls_total{name=resize,outcome=ok}"), Some(6));
    assert_eq!(meters.read("taskward_calls_total{name=flaky,outcome=ok}"), Some(1));
    assert_eq!(meters.read("taskward_calls_total{name=price,outcome=ok}"), Some(1));
    // The threads of a blocking pool do not have the recorder of this test; its runs begin in the
    // test.
    assert!(pool_sizes(&meters, "hash")[0].is_some(), "{meters:?}");
}
