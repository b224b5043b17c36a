//! A group's task is a call: it is interrupted like one, and shields and graces hold it.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use taskward::{Context, ContextError, TaskGroup, cancellable, with_timeout};
use tokio::time::{Instant, sleep, timeout};

use crate::support::Census;

type Result<T> = std::result::Result<T, ContextError>;

const SECOND: Duration = Duration::from_secs(1);

/// Two steps that must happen together or not at all.
async fn both_steps(steps: Arc<AtomicU32>) {
    steps.fetch_add(1, SeqCst);
    sleep(SECOND).await;
    steps.fetch_add(1, SeqCst);
}

#[crate::watched::test(start_paused = true)]
async fn a_shield_in_a_task_is_seen_through_whether_the_task_keeps_its_context_or_not() {
    let steps = Arc::new(AtomicU32::new(0));
    let group = TaskGroup::<()>::new(&Context::background());
    let first = steps.clone();
    group.spawn(move |ctx| ctx.shield(both_steps(first))).await.unwrap();
    let second = steps.clone();
    group.spawn(async move |ctx: Context| ctx.shield(both_steps(second)).await).await.unwrap();
    sleep(Duration::from_millis(1)).await;
    group.cancel();
    let start = Instant::now();
    group.join().await;
    assert_eq!(steps.load(SeqCst), 4);
    assert!(start.elapsed() < SECOND);
}

#[crate::watched::test(start_paused = true)]
async fn a_shield_in_a_task_is_seen_through_after_the_group_was_dropped() {
    let steps = Arc::new(AtomicU32::new(0));
    let group = TaskGroup::<()>::new(&Context::background());
    let task = steps.clone();
    group.spawn(move |ctx| ctx.shield(both_steps(task))).await.unwrap();
    sleep(Duration::from_millis(1)).await;
    drop(group);
    sleep(2 * SECOND).await;
    assert_eq!(steps.load(SeqCst), 2);
}

#[crate::watched::test(start_paused = true)]
async fn a_grace_in_a_task_holds_only_its_own_call() {
    #[cancellable(grace = "2s")]
    async fn says_goodbye(ctx: &Context, goodbyes: Arc<AtomicU32>) -> Result<()> {
        let why = ctx.cancelled().await;
        sleep(SECOND).await;
        goodbyes.fetch_add(1, SeqCst);
        Err(why)
    }
    let (alive, goodbyes) = (Census::default(), Arc::new(AtomicU32::new(0)));
    let group = TaskGroup::new(&Context::background());
    let told = goodbyes.clone();
    group.spawn(async move |ctx| says_goodbye(&ctx, told).await).await.unwrap();
    let other = alive.enter();
    group
        .spawn(async move |ctx| {
            let _alive = (other, ctx);
            pending().await
        })
        .await
        .unwrap();
    sleep(Duration::from_millis(1)).await;
    group.cancel();
    tokio::task::yield_now().await;
    assert_eq!(alive.alive(), 0);
    assert!(group.join().await.is_err());
    assert_eq!(goodbyes.load(SeqCst), 1);
}

#[crate::watched::test(start_paused = true)]
async fn a_race_returns_as_soon_as_the_losers_are_dropped_even_if_they_keep_their_context() {
    let group = TaskGroup::new(&Context::background());
    group
        .spawn(async move |_| {
            pending::<()>().await;
            Some("never")
        })
        .await
        .unwrap();
    group
        .spawn(async |_| {
            sleep(Duration::from_millis(10)).await;
            Some("first")
        })
        .await
        .unwrap();
    let start = Instant::now();
    assert_eq!(group.race().await, Some("first"));
    assert_eq!(start.elapsed(), Duration::from_millis(10));
}

#[with_timeout("2s")]
async fn owner(ctx: &Context, steps: Arc<AtomicU32>) -> Result<()> {
    let group = TaskGroup::<()>::new(ctx);
    let task = async move |ctx: Context| {
        sleep(Duration::from_millis(1999)).await;
        ctx.shield(both_steps(steps)).await;
    };
    group.spawn(task).await?;
    group.join().await;
    Ok(())
}

#[crate::watched::test(start_paused = true)]
async fn an_interrupted_owner_that_joins_waits_for_the_shields_of_its_tasks() {
    let steps = Arc::new(AtomicU32::new(0));
    owner(&Context::background(), steps.clone()).await.unwrap();
    assert_eq!(steps.load(SeqCst), 2);
}

#[crate::watched::test(start_paused = true)]
async fn calls_with_a_tasks_context_are_interrupted_at_once_during_its_grace() {
    let group = TaskGroup::new(&Context::background()).grace(2 * SECOND);
    group
        .spawn(async |ctx: Context| {
            let start = Instant::now();
            let cut = ctx.run(pending::<()>()).await;
            sleep(SECOND).await;
            Ok::<_, ContextError>((cut.is_err(), start.elapsed()))
        })
        .await
        .unwrap();
    sleep(SECOND).await;
    group.cancel();
    assert_eq!(group.join().await.unwrap(), [(true, 2 * SECOND)]);
}

#[crate::watched::test(start_paused = true)]
async fn a_grace_without_end_is_one() {
    let (ctx, canceller) = Context::background().with_cancel();
    let group = TaskGroup::new(&ctx).grace(Duration::MAX);
    group
        .spawn(async |ctx: Context| {
            ctx.cancelled().await;
            sleep(3600 * SECOND).await;
            Some(1)
        })
        .await
        .unwrap();
    tokio::task::yield_now().await;
    canceller.cancel();
    assert_eq!(group.join().await, Some(vec![1]));
}

#[crate::watched::test(start_paused = true)]
async fn a_handle_aborts_its_task_and_no_other() {
    let alive = Census::default();
    let group = TaskGroup::new(&Context::background()).limit(2);
    let mut handles = Vec::new();
    for n in 0..3 {
        let alive = alive.enter();
        let admission = group.spawn_named(format!("task {n}"), async move |ctx: Context| {
            let _alive = (alive, ctx);
            if n == 1 { Ok::<_, ContextError>(n) } else { pending().await }
        });
        handles.push(admission.handle().unwrap());
    }
    assert_eq!((handles[2].id(), handles[2].name()), (2, Some("task 2")));
    tokio::task::yield_now().await;
    handles[0].abort();
    handles[0].abort();
    tokio::task::yield_now().await;
    assert_eq!((handles[0].is_finished(), handles[2].is_finished(), alive.alive()), (true, false, 1));
    assert!(!group.ctx().has_ended());
    handles[2].abort();
    let results = group.join_all().await;
    let texts: Vec<_> = results.into_iter().map(|result| result.map_err(|why| why.to_string())).collect();
    let Err(why) = &texts[0] else { panic!("{texts:?}") };
    assert!(why.starts_with("cancelled: `task 0`, spawned at ") && why.ends_with(" was aborted"), "{why}");
    assert_eq!(texts[1], Ok(1));
    assert!(texts[2].is_err());
    handles[1].abort();
    assert!(handles[1].is_finished());
}

#[crate::watched::test(start_paused = true)]
async fn a_queued_task_that_is_aborted_never_starts() {
    let group = TaskGroup::new(&Context::background()).limit(1);
    let first = group.spawn(async |_| pending::<Option<u8>>().await).await.unwrap();
    let second = group.spawn(async |_| panic!("never starts"));
    second.handle().unwrap().abort();
    assert!(timeout(SECOND, second).await.is_ok());
    assert_eq!(group.len(), 1);
    first.abort();
    assert_eq!(group.join_all().await, [None, None]);
}
