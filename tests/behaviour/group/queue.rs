//! The queue: first in, first out, and its end.

use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, OnceLock, Weak, mpsc};
use std::task::Wake;
use std::time::Duration;

use futures::poll;
use taskward::{Context, ContextError, TaskGroup};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use crate::support::{self, Census};

#[derive(Default)]
struct SpawnsWhenWoken {
    group: OnceLock<Weak<TaskGroup<()>>>,
    order: Mutex<Vec<&'static str>>,
}

impl Wake for SpawnsWhenWoken {
    fn wake(self: Arc<Self>) {
        let group = self.group.get().unwrap().upgrade().unwrap();
        assert!(group.try_spawn(async |_| ()).unwrap_err().is_full());
        _ = group.spawn(async move |_| self.order.lock().unwrap().push("late"));
    }
}

#[crate::watched::test(start_paused = true)]
async fn nobody_overtakes_the_queue_while_the_limit_is_raised() {
    let spawner = Arc::new(SpawnsWhenWoken::default());
    let group = Arc::new(TaskGroup::new(&Context::background()).limit(1));
    spawner.group.set(Arc::downgrade(&group)).unwrap();
    _ = group.spawn(async |_| sleep(Duration::from_secs(1)).await);
    let [mut first, _second] = ["first", "second"].map(|name| {
        let spawner = spawner.clone();
        group.spawn(async move |_| spawner.order.lock().unwrap().push(name))
    });
    assert!(support::poll(Pin::new(&mut first), &spawner.clone().into()).is_pending());
    group.set_limit(8);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(*spawner.order.lock().unwrap(), ["first", "second", "late"]);
}

/// Reports that it is being dropped, and blocks until it is told to go on.
struct DropsSlowly(mpsc::Sender<()>, mpsc::Receiver<()>);

impl Drop for DropsSlowly {
    fn drop(&mut self) {
        self.0.send(()).unwrap();
        self.1.recv().unwrap();
    }
}

#[crate::watched::test]
async fn join_waits_until_queued_tasks_have_been_dropped() {
    let (began, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let slow = DropsSlowly(began, may_go_on);
    let (ctx, canceller) = Context::background().with_cancel();
    let group = TaskGroup::new(&ctx).limit(1);
    _ = group.spawn(async |ctx: Context| Err::<(), _>(ctx.cancelled().await));
    _ = group.spawn(async move |_| {
        drop(slow);
        Ok::<_, ContextError>(())
    });
    let cancelling = std::thread::spawn(move || canceller.cancel());
    has_begun.recv().unwrap();
    let mut join = pin!(group.join());
    for _ in 0..10 {
        yield_now().await;
        assert!(poll!(join.as_mut()).is_pending());
    }
    go_on.send(()).unwrap();
    assert!(join.await.unwrap_err().is_cancelled());
    cancelling.join().unwrap();
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

#[crate::watched::test(start_paused = true)]
async fn a_panic_while_a_queued_task_is_dropped_is_reported() {
    let group = TaskGroup::<()>::new(&Context::background()).limit(1);
    _ = group.spawn(async |ctx: Context| {
        sleep(Duration::from_secs(1)).await;
        let _ctx = ctx;
        panic!("ends the group");
    });
    let guard = PanicsInDrop;
    let _waits = group.spawn(async move |_| drop(guard));
    let mut last = pin!(group.spawn(async |_| ()));
    assert!(poll!(last.as_mut()).is_pending());
    let ended = timeout(Duration::from_secs(60), last).await;
    assert!(ended.expect("who waits behind it hears of the end").is_err());
    let joined = tokio::spawn(group.join()).await;
    assert_eq!(*joined.unwrap_err().into_panic().downcast::<&str>().unwrap(), "ends the group");

    let (ctx, canceller) = Context::background().with_cancel();
    let group = TaskGroup::<()>::new(&ctx).limit(1);
    _ = group.spawn(async |ctx: Context| drop(ctx.cancelled().await));
    let guard = PanicsInDrop;
    _ = group.spawn(async move |_| drop(guard));
    canceller.cancel();
    let joined = tokio::spawn(group.join()).await;
    assert_eq!(*joined.unwrap_err().into_panic().downcast::<&str>().unwrap(), "in drop");
}

#[crate::watched::test(start_paused = true)]
async fn a_dropped_group_aborts_its_tasks_independent_of_the_queue() {
    let alive = Census::default();
    let group = TaskGroup::<()>::new(&Context::background()).limit(1);
    let (task, guard) = (alive.enter(), PanicsInDrop);
    _ = group.spawn(async move |ctx: Context| {
        let _alive = (task, ctx);
        pending::<()>().await;
    });
    _ = group.spawn(async move |_| drop(guard));
    yield_now().await;
    drop(group);
    yield_now().await;
    assert_eq!(alive.alive(), 0);
}

#[crate::watched::test(start_paused = true)]
async fn a_closure_that_panics_in_try_spawn_leaves_its_place_to_the_queue() {
    let group = TaskGroup::new(&Context::background()).limit(1);
    let panics = || {
        group.try_spawn(|_| -> std::future::Ready<Option<u8>> {
            _ = group.spawn(|_| ready(Some(7)));
            panic!("in the closure")
        })
    };
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert_eq!(group.join().await, Some(vec![7]));
}
