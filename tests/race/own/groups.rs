//! Task groups: no task is left when the group is gone, for any order of ends and spawns.

use taskward::{Context, ContextError, TaskGroup, race_test};
use tokio::task::yield_now;

use super::{Census, turns};

type Result<T> = std::result::Result<T, ContextError>;

#[race_test(delays = 3)]
async fn join_returns_when_everything_has_stopped(ctx: Context) {
    let alive = Census::default();
    let group = TaskGroup::<anyhow::Result<usize>>::new(&ctx).limit(2);
    for number in 0..4 {
        let alive = alive.clone();
        _ = group.spawn(async move |ctx: Context| {
            let _alive = alive.enter();
            if number == 1 {
                yield_now().await;
                anyhow::bail!("the second");
            }
            ctx.cancelled().await;
            Ok(number)
        });
    }
    assert_eq!(group.join().await.unwrap_err().to_string(), "the second");
    assert_eq!(alive.alive(), 0);
}

#[race_test(delays = 3)]
async fn every_result_is_in_its_place(ctx: Context) {
    let group = TaskGroup::<Result<usize>>::new(&ctx).limit(2);
    for number in 0..4 {
        _ = group.spawn(async move |_| {
            turns(number % 2).await;
            Ok(number)
        });
    }
    assert_eq!(group.join().await.unwrap(), [0, 1, 2, 3]);
}

#[race_test(delays = 3)]
async fn a_cancelled_group_starts_nothing_and_leaves_nothing(ctx: Context) {
    let (ctx, canceller) = ctx.with_cancel();
    let alive = Census::default();
    let group = TaskGroup::<Result<()>>::new(&ctx).limit(1).keep_going();
    let cancelling = tokio::spawn(async move {
        yield_now().await;
        canceller.cancel_with("enough");
    });
    for _ in 0..3 {
        let alive = alive.clone();
        let admitted = group.spawn(async move |ctx: Context| {
            assert!(ctx.check().is_ok(), "it was started after the end");
            let _alive = alive.enter();
            Err(ctx.cancelled().await)
        });
        drop(admitted);
    }
    let results = group.join_all().await;
    assert_eq!(alive.alive(), 0);
    assert!(
        results.iter().all(|result| result.as_ref().unwrap_err().to_string() == "cancelled: enough"),
        "{results:?}"
    );
    cancelling.await.unwrap();
}

#[race_test(delays = 3)]
async fn a_wait_for_room_ends_with_room_or_an_error(ctx: Context) {
    let (ctx, canceller) = ctx.with_cancel();
    let ended = Census::default();
    let group = TaskGroup::<()>::new(&ctx).limit(1);
    group.spawn(async |_| turns(1).await).await.unwrap();
    let cancelling = tokio::spawn(async move { canceller.cancel() });
    let admission = group.spawn({
        let ended = ended.clone();
        async move |_| drop(ended.enter())
    });
    let admitted = admission.await.is_ok();
    group.join().await;
    assert!(admitted || ended.ever() == 0, "refused, and run all the same");
    cancelling.await.unwrap();
}

#[race_test(delays = 3)]
async fn a_race_has_one_winner_and_no_survivors(ctx: Context) {
    let alive = Census::default();
    let group = TaskGroup::<Result<usize>>::new(&ctx);
    for number in 0..3 {
        let alive = alive.clone();
        _ = group.spawn(async move |ctx: Context| {
            let _alive = alive.enter();
            ctx.run(turns(number)).await?;
            Ok(number)
        });
    }
    assert!(group.race().await.unwrap() < 3);
    assert_eq!(alive.alive(), 0);
}

#[race_test(delays = 3)]
async fn a_dropped_group_takes_its_tasks_along(ctx: Context) {
    let alive = Census::default();
    let group = TaskGroup::<()>::new(&ctx).limit(2);
    for _ in 0..3 {
        let alive = alive.clone();
        _ = group.spawn(async move |_| {
            let _alive = alive.enter();
            std::future::pending::<()>().await;
        });
    }
    yield_now().await;
    drop(group);
    while alive.alive() > 0 {
        yield_now().await;
    }
}

#[race_test(delays = 3)]
async fn an_aborted_task_stops_and_no_other(ctx: Context) {
    let group = TaskGroup::<()>::new(&ctx);
    let tasks = [0, 1].map(|_| group.spawn(async |_| std::future::pending().await).handle().unwrap());
    yield_now().await;
    tasks[0].abort();
    while !tasks[0].is_finished() {
        yield_now().await;
    }
    assert!(!tasks[1].is_finished());
    group.cancel();
    group.join().await;
}

#[race_test(delays = 3)]
async fn a_shield_in_a_task_outlasts_the_end_of_the_group(ctx: Context) {
    let (begun, done) = (Census::default(), Census::default());
    let group = TaskGroup::<()>::new(&ctx);
    let counts = (begun.clone(), done.clone());
    _ = group.spawn(async move |ctx: Context| {
        let shielded = async {
            drop(counts.0.enter());
            turns(3).await;
            drop(counts.1.enter());
        };
        ctx.shield(shielded).await;
    });
    yield_now().await;
    group.cancel();
    group.join().await;
    assert_eq!(begun.ever(), done.ever());
}
