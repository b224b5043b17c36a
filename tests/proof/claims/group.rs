use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use taskward::{Context, ContextError, TaskGroup, cancel_test};

use super::{Alive, settle};

type Done = Result<u32, ContextError>;

fn three_tasks(ctx: &Context, alive: &Alive) -> TaskGroup<Done> {
    let group = TaskGroup::new(ctx).limit(2);
    for n in 0..3 {
        let alive = alive.clone();
        _ = group.spawn(move |ctx| async move {
            let _alive = alive;
            ctx.checkpoint().await?;
            tokio::task::yield_now().await;
            ctx.checkpoint().await?;
            Ok(n)
        });
    }
    group
}

#[cancel_test]
async fn a_join_that_is_dropped_leaves_no_task(ctx: Context) {
    let alive = Alive::default();
    let group = three_tasks(&ctx, &alive);
    let group_ctx = group.ctx().clone();
    let joined = cancellable(group.join()).await;
    settle().await;
    assert_eq!(alive.count(), 0, "a task is alive");
    assert!(group_ctx.has_ended());
    assert!(joined.is_none_or(|all| all.unwrap() == [0, 1, 2]));
    ctx.check().unwrap();
}

#[cancel_test]
async fn a_dropped_join_all_or_race_stops_all_tasks(ctx: Context) {
    let alive = Alive::default();
    let all = cancellable(three_tasks(&ctx, &alive).join_all()).await;
    settle().await;
    assert_eq!(alive.count(), 0, "a task is alive");
    assert!(all.is_none_or(|all| all.into_iter().map(Result::unwrap).eq(0..3)));
    let first = cancellable(three_tasks(&ctx, &alive).race()).await;
    settle().await;
    assert_eq!(alive.count(), 0, "a task is alive");
    assert!(first.is_none_or(|first| first.is_ok()));
}

#[cancel_test]
async fn dropping_an_admission_leaves_the_task_in_the_queue(ctx: Context) {
    let group = TaskGroup::<Done>::new(&ctx).limit(1);
    let ran = Arc::new(AtomicU32::new(0));
    for n in 0..3 {
        let ran = ran.clone();
        let admission = group.spawn(move |_ctx| async move {
            tokio::task::yield_now().await;
            ran.fetch_add(1, SeqCst);
            Ok(n)
        });
        _ = cancellable(admission).await;
    }
    assert_eq!(group.join().await.unwrap(), [0, 1, 2]);
    assert_eq!(ran.load(SeqCst), 3);
}

#[cancel_test]
async fn a_group_that_is_dropped_with_its_owner_leaves_no_task(ctx: Context) {
    let alive = Alive::default();
    let owner = async {
        let group = three_tasks(&ctx, &alive);
        tokio::task::yield_now().await;
        group.join().await
    };
    _ = cancellable(owner).await;
    settle().await;
    assert_eq!(alive.count(), 0, "a task is alive");
}
