//! A limit on the number of running tasks.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use futures::poll;
use taskward::{Context, ContextError, TaskGroup};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::support::Census;

#[crate::watched::test(start_paused = true)]
async fn no_more_than_the_limit_run_at_a_time_and_all_run() {
    let (running, most) = (Census::default(), Arc::new(AtomicUsize::new(0)));
    let group = TaskGroup::new(&Context::background()).limit(3);
    for n in 0..20_u64 {
        let (running, most) = (running.clone(), most.clone());
        _ = group.spawn(async move |_| {
            let _alive = running.enter();
            most.fetch_max(running.alive(), SeqCst);
            sleep(Duration::from_millis(n % 4)).await;
            Ok::<_, ContextError>(n)
        });
    }
    assert_eq!(group.join().await.unwrap(), (0..20).collect::<Vec<_>>());
    assert_eq!(most.load(SeqCst), 3);
}

#[crate::watched::test(start_paused = true)]
async fn a_spawn_waits_for_room_and_is_woken_by_it() {
    let group = TaskGroup::new(&Context::background()).limit(1);
    group.spawn(async |_| sleep(Duration::from_secs(1)).await).await.unwrap();
    let mut second = std::pin::pin!(group.spawn(async |_| ()));
    assert!(poll!(second.as_mut()).is_pending());
    let start = tokio::time::Instant::now();
    second.await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(1));
    group.join().await;
}

#[crate::watched::test]
async fn an_owner_that_never_waits_for_room_lets_the_tasks_run_too() {
    let owner = tokio::spawn(async {
        let (group, mut most) = (TaskGroup::new(&Context::background()), 0);
        for _ in 0..10_000 {
            group.spawn(async |_| ()).await.unwrap();
            most = most.max(group.len());
        }
        group.join().await;
        most
    });
    let most = owner.await.unwrap();
    assert!(most <= 256, "{most} waited for their turn");
}

#[crate::watched::test(start_paused = true)]
async fn waiting_for_room_ends_with_the_context() {
    let (ctx, canceller) = Context::background().with_cancel();
    let group = TaskGroup::new(&ctx).limit(1).grace(Duration::ZERO);
    _ = group.spawn(async |_| std::future::pending::<()>().await);
    let mut second = std::pin::pin!(group.spawn(async |_| panic!("never starts")));
    assert!(poll!(second.as_mut()).is_pending());
    canceller.cancel_with("enough");
    assert_eq!(second.await.unwrap_err().to_string(), "cancelled: enough");
    assert!(group.spawn(async |_| panic!("never starts")).await.is_err());
    group.join().await;
}

#[crate::watched::test(start_paused = true)]
async fn a_caller_that_stops_waiting_for_room_leaves_its_task_queued() {
    let group = TaskGroup::new(&Context::background()).limit(1);
    _ = group.spawn(async |_| {
        sleep(Duration::from_secs(1)).await;
        Some(1)
    });
    assert!(timeout(Duration::from_millis(1), group.spawn(async |_| Some(2))).await.is_err());
    assert_eq!(group.join().await, Some(vec![1, 2]));
}

#[crate::watched::test(start_paused = true)]
async fn queued_tasks_do_not_start_after_a_failure() {
    let group = TaskGroup::new(&Context::background()).limit(1);
    _ = group.spawn(async |_| Err::<u8, _>(std::io::Error::other("bad")));
    let mut waiting = std::pin::pin!(group.spawn(async |_| panic!("never starts")));
    assert!(poll!(waiting.as_mut()).is_pending());
    for _ in 0..10 {
        _ = group.spawn(async |_| panic!("never starts"));
    }
    assert!(waiting.await.unwrap_err().to_string().ends_with(" failed"));
    assert_eq!(group.join().await.unwrap_err().to_string(), "bad");
}

#[crate::watched::test(start_paused = true)]
async fn a_higher_limit_starts_what_is_queued_and_a_lower_one_stops_nobody() {
    let running = Census::default();
    let gate = Arc::new(Semaphore::new(0));
    let group = TaskGroup::new(&Context::background()).limit(1);
    for _ in 0..6 {
        let (running, gate) = (running.clone(), gate.clone());
        _ = group.spawn(async move |_| {
            let _alive = running.enter();
            gate.acquire().await.unwrap().forget();
        });
    }
    let settled = async || sleep(Duration::from_millis(1)).await;
    settled().await;
    assert_eq!(running.alive(), 1);
    group.set_limit(4);
    settled().await;
    assert_eq!(running.alive(), 4);
    group.set_limit(2);
    settled().await;
    assert_eq!(running.alive(), 4);
    gate.add_permits(1);
    settled().await;
    assert_eq!(running.alive(), 3);
    gate.add_permits(2);
    settled().await;
    assert_eq!(running.alive(), 2);
    gate.add_permits(3);
    group.join().await;
}

#[crate::watched::test(start_paused = true)]
async fn try_spawn_gives_the_task_back() {
    let (ctx, canceller) = Context::background().with_cancel();
    let group = TaskGroup::new(&ctx).limit(1);
    group.try_spawn(async |ctx: Context| drop(ctx.cancelled().await)).unwrap();
    let full = group.try_spawn(async |_| ()).unwrap_err();
    assert!(full.is_full());
    assert_eq!(full.to_string(), "the task group is at its limit");
    group.set_limit(2);
    group.try_spawn(full.into_inner()).unwrap();
    canceller.cancel();
    let ended = group.try_spawn(async |_| ()).unwrap_err();
    assert_eq!(ended.to_string(), "the task group has ended: cancelled");
    group.join().await;
}

#[crate::watched::test]
#[should_panic(expected = "a task group with a limit of 0 would never start a task")]
async fn a_limit_of_zero_is_refused() {
    let _ = TaskGroup::<()>::new(&Context::background()).limit(0);
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limited_group_on_many_threads_loses_nothing() {
    for _ in 0..20 {
        let group = TaskGroup::new(&Context::background()).limit(4);
        for n in 0..500_u32 {
            group
                .spawn(async move |ctx: Context| {
                    if n % 7 == 0 {
                        ctx.checkpoint().await?;
                    }
                    Ok::<_, ContextError>(n)
                })
                .await
                .unwrap();
        }
        assert_eq!(group.join().await.unwrap(), (0..500).collect::<Vec<_>>());
    }
}
