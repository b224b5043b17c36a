//! Several threads that use one group.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;

use taskward::{Context, ContextError, TaskGroup};

use crate::support::Census;

type Result<T> = std::result::Result<T, ContextError>;

/// The operations of one thread on a round's group. `begun` counts the tasks that began.
async fn work(group: &TaskGroup<Result<usize>>, thread: usize, round: usize, alive: &Census, begun: &Arc<AtomicUsize>) {
    for n in 0..24 {
        let (alive, begun) = (alive.enter(), begun.clone());
        let task = async move |ctx: Context| {
            begun.fetch_add(1, SeqCst);
            let _alive = alive;
            if n % 3 == 0 {
                ctx.checkpoint().await?;
            }
            if (n + thread) % 5 == 4 { Err(ctx.cancelled().await) } else { Ok(n) }
        };
        match (n + round) % 8 {
            0 => group.set_limit(1 + (round + n) % 5),
            1 => group.set_limit(64),
            _ => {}
        }
        match n % 4 {
            0 => drop(group.try_spawn(task)),
            1 => drop(group.spawn(task)),
            _ => {
                let mut admission = Box::pin(group.spawn(task));
                _ = futures::poll!(admission.as_mut());
            }
        }
    }
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 3)]
async fn spawns_limits_and_the_end_may_race_and_nothing_is_left_or_lost() {
    let alive = Census::default();
    for round in 0..500 {
        let begun = Arc::new(AtomicUsize::new(0));
        let (ctx, canceller) = Context::background().with_cancel();
        let group = Arc::new(TaskGroup::new(&ctx).limit(1 + round % 4));
        let threads = [0, 1].map(|thread| {
            let (group, alive, begun) = (group.clone(), alive.clone(), begun.clone());
            tokio::spawn(async move { work(&group, thread, round, &alive, &begun).await })
        });
        let canceller = tokio::spawn(async move {
            for _ in 0..round % 32 {
                tokio::task::yield_now().await;
            }
            canceller.cancel();
        });
        for thread in threads {
            thread.await.unwrap();
        }
        let group = Arc::into_inner(group).unwrap();
        if round % 5 == 0 {
            drop(group);
            while alive.alive() > 0 {
                tokio::task::yield_now().await;
            }
        } else {
            let results = group.join_all().await;
            assert_eq!(alive.alive(), 0, "round {round}");
            assert!(results.iter().filter(|result| result.is_ok()).count() <= begun.load(SeqCst));
        }
        canceller.await.unwrap();
    }
}

/// The end comes before, during or after the first poll of the task, on another thread.
#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_task_is_noticed_at_any_moment() {
    for round in 0..2_000_usize {
        let group = TaskGroup::<()>::new(&Context::background());
        let task = group.spawn(|_| std::future::pending()).await.unwrap();
        for _ in 0..round % 64 {
            std::hint::spin_loop();
        }
        if round % 2 == 0 {
            task.abort();
        } else {
            group.cancel();
        }
        let all_stopped = tokio::time::timeout(std::time::Duration::from_secs(60), group.join());
        all_stopped.await.unwrap_or_else(|_| panic!("round {round}: the task waits on"));
    }
}

/// Results are recorded in batches, so some of them by a thread that did not run the task.
#[crate::watched::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_join_has_the_results_of_every_task_in_order() {
    for round in 0..400_usize {
        let group = TaskGroup::<Result<usize>>::new(&Context::background());
        for n in 0..round {
            _ = group.spawn(async move |ctx: Context| {
                if n % 7 == 3 {
                    ctx.checkpoint().await?;
                }
                Ok(n)
            });
        }
        if round % 2 == 0 {
            assert_eq!(group.join().await.unwrap(), (0..round).collect::<Vec<_>>());
        } else {
            let mut results = Vec::new();
            while let Some(result) = group.join_next().await {
                results.push(result.unwrap());
            }
            results.sort_unstable();
            assert_eq!(results, (0..round).collect::<Vec<_>>());
        }
    }
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_look_at_a_group_sees_the_tasks_that_have_finished() {
    for round in 0..200_usize {
        let group = TaskGroup::<()>::new(&Context::background());
        let stays = group.spawn(|_| std::future::pending()).await.unwrap();
        let mut tasks = Vec::new();
        for _ in 0..round % 70 {
            tasks.push(group.spawn(async |_| {}).await.unwrap());
        }
        while tasks.iter().any(|task| !task.is_finished()) {
            tokio::task::yield_now().await;
        }
        assert_eq!((group.len(), group.tasks().len(), stays.is_finished()), (1, 1, false), "round {round}");
    }
}

/// Nothing records the tasks that finish after the owner has gone.
#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_group_leaves_no_memory_to_tasks_that_finish_later() {
    let value = Arc::new(());
    for round in 0..500 {
        let ctx = Context::background().with_value(value.clone());
        let group = TaskGroup::<()>::new(&ctx);
        for _ in 0..20 {
            _ = group.spawn(async |_| {});
        }
        for _ in 0..round % 16 {
            tokio::task::yield_now().await;
        }
        drop(group);
    }
    while Arc::strong_count(&value) > 1 {
        tokio::task::yield_now().await;
    }
}
