//! Groups in a service: isolated panics, waiting for room before spawning, results one by one, and
//! memory that is released.

use std::future::pending;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::poll;
use taskward::{Context, ContextError, GroupHandle, TaskGroup};
use tokio::time::{Instant, sleep};

use crate::support::Census;

type Result<T> = std::result::Result<T, ContextError>;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, PartialEq)]
enum Error {
    Disk,
    Interrupted,
}

impl From<ContextError> for Error {
    fn from(_: ContextError) -> Self {
        Self::Interrupted
    }
}

#[crate::watched::test(start_paused = true)]
async fn an_isolated_panic_fails_its_own_task_and_is_reported() {
    let group = TaskGroup::new(&Context::background()).name("handlers").isolate_panics().limit(1);
    for n in 0..4 {
        _ = group.spawn_named(n.to_string(), async move |_| {
            assert_ne!(n, 1, "one is bad");
            Ok::<_, ContextError>(n)
        });
    }
    sleep(SECOND).await;
    assert!(!group.ctx().has_ended());
    let results = group.join_all().await;
    assert_eq!([0, 2, 3].map(|n: usize| *results[n].as_ref().unwrap()), [0, 2, 3]);
    let why = results[1].as_ref().unwrap_err().to_string();
    assert!(why.starts_with("cancelled: `1` of `handlers`, spawned at ") && why.contains(" panicked: "), "{why}");
    assert!(why.contains("one is bad"), "{why}");
}

#[crate::watched::test(start_paused = true)]
async fn join_says_that_a_task_panicked_in_isolation() {
    let group = TaskGroup::new(&Context::background()).isolate_panics();
    _ = group.spawn(async |_| Result::Ok(1));
    _ = group.spawn(async |_| panic!("out of cheese"));
    assert!(group.join().await.unwrap_err().to_string().ends_with(" panicked: out of cheese"));

    let group = TaskGroup::<()>::new(&Context::background()).isolate_panics();
    for _ in 0..1000 {
        _ = group.spawn(async |_| std::panic::panic_any(1));
    }
    group.join().await;
}

#[crate::watched::test(start_paused = true)]
async fn without_isolation_a_panic_ends_the_loop_that_spawns() {
    let group = TaskGroup::<()>::new(&Context::background());
    group.spawn(async |_| panic!("out of cheese")).await.unwrap();
    tokio::task::yield_now().await;
    let refused = group.spawn(async |_| ()).await.unwrap_err();
    assert!(refused.to_string().ends_with(" panicked: out of cheese"), "{refused}");
    let joined = tokio::spawn(group.join()).await;
    assert_eq!(*joined.unwrap_err().into_panic().downcast::<&str>().unwrap(), "out of cheese");
}

#[crate::watched::test(start_paused = true)]
async fn room_is_waited_for_before_there_is_a_task_and_then_it_is_certain() {
    let group = TaskGroup::<()>::new(&Context::background()).limit(2);
    for seconds in [1, 2] {
        group.spawn(async move |_| sleep(seconds * SECOND).await).await.unwrap();
    }
    let start = Instant::now();
    let room = group.room().await.unwrap();
    assert_eq!(start.elapsed(), SECOND);
    assert!(group.try_spawn(async |_| ()).unwrap_err().is_full(), "the room is taken");
    let queued = group.spawn(async |_| ());
    let task = room.spawn(async |_| sleep(2 * SECOND).await).unwrap();
    queued.await.unwrap();
    assert_eq!((start.elapsed(), task.is_finished()), (2 * SECOND, false));
    group.join().await;
    assert_eq!(start.elapsed(), 3 * SECOND);
}

#[crate::watched::test(start_paused = true)]
async fn returned_room_goes_to_the_queue_and_then_to_waiters() {
    let group = TaskGroup::<()>::new(&Context::background()).limit(1);
    let room = group.room().await.unwrap();
    let mut next = std::pin::pin!(group.room());
    assert!(poll!(next.as_mut()).is_pending());
    drop(room);
    let room = next.await.unwrap();
    let queued = group.spawn(async |_| ());
    drop(room);
    queued.await.unwrap();
    group.cancel_with("enough");
    assert_eq!(group.room().await.unwrap_err().to_string(), "cancelled: enough");
}

#[crate::watched::test(start_paused = true)]
async fn waiting_for_room_ends_with_the_group() {
    let group = TaskGroup::<()>::new(&Context::background()).limit(1);
    let room = group.room().await.unwrap();
    let mut next = std::pin::pin!(group.room());
    assert!(poll!(next.as_mut()).is_pending());
    group.cancel();
    assert!(next.await.is_err());
    assert!(room.spawn(async |_| panic!("never starts")).is_err());
}

#[crate::watched::test(start_paused = true)]
async fn results_can_be_taken_one_by_one_as_the_tasks_finish() {
    let group = TaskGroup::new(&Context::background()).keep_going();
    for n in [3_u64, 1, 2] {
        let task = async move |_| {
            sleep(Duration::from_secs(n)).await;
            if n == 2 { Err(Error::Disk) } else { Ok(n) }
        };
        group.spawn(task).await.unwrap();
    }
    assert_eq!(group.join_next().await, Some(Ok(1)));
    assert_eq!(group.join_next().await, Some(Err(Error::Disk)));
    assert_eq!(group.join_next().await, Some(Ok(3)));
    assert_eq!(group.join_next().await, None);
    group.spawn(async |_| Ok(4)).await.unwrap();
    assert_eq!(group.join_all().await, [Ok(4)]);
}

#[crate::watched::test(start_paused = true)]
async fn results_without_a_size_are_counted_when_they_are_taken() {
    let group = TaskGroup::<()>::new(&Context::background());
    for _ in 0..3 {
        group.spawn(async |_| ()).await.unwrap();
    }
    let mut taken = 0;
    while group.join_next().await.is_some() {
        taken += 1;
    }
    assert_eq!(taken, 3);
    assert_eq!(group.join_all().await, []);
}

#[crate::watched::test(start_paused = true)]
async fn the_panic_of_a_task_comes_out_of_join_next() {
    let group = TaskGroup::<()>::new(&Context::background());
    group.spawn(async |_| panic!("out of cheese")).await.unwrap();
    let joined = tokio::spawn(async move { group.join_next().await }).await;
    assert_eq!(*joined.unwrap_err().into_panic().downcast::<&str>().unwrap(), "out of cheese");
}

#[crate::watched::test(start_paused = true)]
async fn a_tasks_own_error_comes_before_the_echoes_of_the_interruption() {
    for limit in [1, 8] {
        let (ctx, canceller) = Context::background().with_cancel();
        let group = TaskGroup::new(&ctx).grace(5 * SECOND).limit(8 * limit);
        for n in 0..3 {
            let task = async move |ctx: Context| {
                let why = ctx.cancelled().await;
                sleep(Duration::from_secs(n)).await;
                if n == 1 { Err::<(), _>(Error::Disk) } else { Err(why.into()) }
            };
            group.spawn(task).await.unwrap();
        }
        tokio::task::yield_now().await;
        canceller.cancel();
        assert_eq!(group.join().await, Err(Error::Disk));
    }
}

#[crate::watched::test(start_paused = true)]
async fn a_blocking_task_is_limited_joined_and_named_and_sees_the_end() {
    let group = TaskGroup::new(&Context::background());
    let sum = |ctx: Context| {
        assert!(Context::current().deadline().is_none());
        ctx.check()?;
        Result::Ok(7)
    };
    group.spawn_blocking(sum).await.unwrap();
    assert_eq!(group.join().await.unwrap(), [7]);

    let group = TaskGroup::new(&Context::background());
    let (began, has_begun) = tokio::sync::oneshot::channel();
    let (release, released) = std::sync::mpsc::channel();
    let looks = move |ctx: Context| {
        began.send(()).unwrap();
        while ctx.check().is_ok() {
            std::thread::yield_now();
        }
        released.recv().unwrap();
        Result::<u8>::Err(ctx.check().unwrap_err())
    };
    group.spawn_blocking(looks).await.unwrap();
    has_begun.await.unwrap();
    assert_eq!(group.tasks()[0].spawned_at().file(), file!());
    group.cancel_with("enough");
    let mut joined = std::pin::pin!(group.join());
    for _ in 0..10 {
        assert!(poll!(joined.as_mut()).is_pending(), "the thread has not returned");
        tokio::task::yield_now().await;
    }
    release.send(()).unwrap();
    assert_eq!(joined.await.unwrap_err().to_string(), "cancelled: enough");
}

#[crate::watched::test(start_paused = true)]
async fn the_panic_of_a_blocking_task_is_the_groups() {
    let group = TaskGroup::<()>::new(&Context::background());
    group.spawn_blocking(|_| panic!("out of cheese")).await.unwrap();
    let joined = tokio::spawn(group.join()).await;
    assert_eq!(*joined.unwrap_err().into_panic().downcast::<&str>().unwrap(), "out of cheese");
}

#[test]
fn a_blocking_task_without_a_thread_never_starts_after_the_end() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    let (release, released) = std::sync::mpsc::channel::<()>();
    runtime.block_on(async {
        let group = TaskGroup::<Result<()>>::new(&Context::background());
        let occupier = tokio::task::spawn_blocking(move || released.recv());
        _ = group.spawn_blocking(|_| panic!("never starts"));
        tokio::task::yield_now().await;
        group.cancel();
        assert!(group.join().await.is_err());
        release.send(()).unwrap();
        occupier.await.unwrap().unwrap();
    });
}

#[crate::watched::test(start_paused = true)]
async fn tasks_spawn_siblings_with_a_weak_handle() {
    fn visit(group: GroupHandle<Result<u32>>, depth: u32) -> BoxFuture<'static, Result<u32>> {
        Box::pin(async move {
            for _ in 0..if depth > 0 { 2 } else { 0 } {
                let handle = group.clone();
                group.spawn(move |_| visit(handle, depth - 1)).await?;
            }
            Ok(depth)
        })
    }
    let group = TaskGroup::new(&Context::background());
    let handle = group.handle();
    _ = group.spawn(|_| visit(handle.clone(), 4));
    assert_eq!(group.join().await.unwrap().len(), 31);
    assert!(handle.is_empty());
    let refused = handle.spawn(async |_| Ok(1)).await.unwrap_err();
    assert_eq!(refused.to_string(), "cancelled: the task group is gone");
    assert!(!handle.try_spawn(async |_| Ok(1)).unwrap_err().is_full());
    handle.cancel();
    handle.idle().await;
}

#[crate::watched::test(start_paused = true)]
async fn a_handle_counts_waits_and_cancels() {
    let group = TaskGroup::<()>::new(&Context::background()).limit(1);
    let handle = group.handle();
    let start = Instant::now();
    handle.idle().await;
    for _ in 0..3 {
        _ = handle.spawn_named("nap", async |_| sleep(SECOND).await);
    }
    assert_eq!((handle.len(), handle.tasks().len()), (3, 1));
    let waiting = handle.clone();
    let (elapsed, ()) = tokio::join!(
        async move {
            waiting.idle().await;
            start.elapsed()
        },
        handle.idle()
    );
    assert_eq!(elapsed, 3 * SECOND);
    _ = handle.spawn(async |_| pending().await);
    handle.cancel_with("enough");
    handle.idle().await;
    assert_eq!(group.ctx().check().unwrap_err().to_string(), "cancelled: enough");
}

#[crate::watched::test(start_paused = true)]
async fn a_group_can_be_extended() {
    let mut group = TaskGroup::new(&Context::background()).limit(2);
    group.extend((0..5).map(|n| async move |_| Some(n)));
    assert_eq!(group.join().await, Some(vec![0, 1, 2, 3, 4]));
}

#[crate::watched::test]
async fn spawns_into_a_group_that_has_ended_are_refused_and_cost_nothing() {
    let group = TaskGroup::<Result<[u8; 64]>>::new(&Context::background());
    group.cancel_with("enough");
    for _ in 0..100_000 {
        drop(group.spawn(|_| -> std::future::Ready<_> { panic!("never called") }));
    }
    assert_eq!(group.join_all().await.len(), 0);
}

#[crate::watched::test(start_paused = true)]
async fn finished_tasks_are_dropped_while_the_group_lives() {
    let alive = Census::default();
    let group = TaskGroup::<()>::new(&Context::background());
    _ = group.spawn(async |_| pending().await);
    for _ in 0..1000 {
        let task = alive.enter();
        group.spawn(async move |_| drop(task)).await.unwrap();
    }
    sleep(SECOND).await;
    assert_eq!((alive.alive(), group.len()), (0, 1));
}

#[crate::watched::test]
async fn finished_tasks_are_taken_without_waiting_and_now_and_then_the_caller_yields() {
    let group = TaskGroup::<Option<usize>>::new(&Context::background());
    assert_eq!(group.join_next().now_or_never(), Some(None), "there are no tasks");
    for n in 0..1_000 {
        _ = group.spawn(async move |_| Some(n));
    }
    assert_eq!(group.join_next().now_or_never(), None, "no task has run");
    group.handle().idle().await;
    let (mut taken, mut yields) = (0, 0);
    loop {
        match group.join_next().now_or_never() {
            Some(Some(result)) => taken += usize::from(result.is_some()),
            Some(None) => break,
            None => {
                yields += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    assert_eq!(taken, 1_000);
    assert!(yields > 0, "a caller that never has to wait must still yield");
    _ = group.spawn(async |_| Some(7));
    assert_eq!(group.join_next().await, Some(Some(7)), "a drained group goes on");
}
