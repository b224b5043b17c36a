//! Tasks stop at once, all of them, and before the owner continues.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use futures::FutureExt;
use taskward::{Context, ContextError, TaskGroup, with_timeout};
use tokio::time::{Instant, sleep};

use crate::support::Census;

type Result<T> = std::result::Result<T, ContextError>;

fn failure() -> ContextError {
    Context::background().with_timeout(Duration::ZERO).check().unwrap_err()
}

#[crate::watched::test(start_paused = true)]
async fn the_owner_can_end_a_group_and_then_wait_for_it() {
    let alive = Census::default();
    let group = TaskGroup::new(&Context::background()).limit(2);
    let done = group.spawn(async |_| Result::Ok(1));
    for _ in 0..3 {
        let alive = alive.enter();
        _ = group.spawn(async move |ctx: Context| {
            let _alive = alive;
            let why = ctx.cancelled().await;
            sleep(Duration::from_secs(1)).await; // says goodbye
            Err(why)
        });
    }
    done.await.unwrap();
    sleep(Duration::from_millis(1)).await;
    group.cancel_with("enough");
    group.cancel_with("too late: the first cause wins");
    group.cancel();
    assert_eq!(alive.alive(), 2, "the one that was queued never starts");
    assert!(group.ctx().has_ended());
    assert!(group.try_spawn(|_| async { Ok(2) }).is_err());
    assert_eq!(group.spawn(async |_| Ok(2)).await.unwrap_err().to_string(), "cancelled: enough");
    let results = group.join_all().await;
    assert_eq!(alive.alive(), 0);
    let texts: Vec<_> = results.into_iter().map(|result| result.map_err(|why| why.to_string())).collect();
    let interrupted = Err("cancelled: enough".to_owned());
    assert_eq!(texts[0], Ok(1));
    assert!(texts[1..].iter().all(|text| *text == interrupted), "{texts:?}");
}

#[crate::watched::test]
async fn ending_a_group_does_not_end_the_context_that_it_was_made_with() {
    let (ctx, _canceller) = Context::background().with_cancel();
    let group = TaskGroup::<()>::new(&ctx);
    group.cancel();
    group.join().await;
    assert!(ctx.check().is_ok());
}

#[crate::watched::test(start_paused = true)]
async fn a_failure_stops_the_siblings_at_once_and_not_at_join() {
    let alive = Census::default();
    let group = TaskGroup::new(&Context::background());
    for holds in [true, false] {
        let alive = alive.enter();
        _ = group.spawn(async move |ctx: Context| {
            let _alive = alive;
            if holds {
                return Err(ctx.cancelled().await);
            }
            drop(ctx);
            pending::<Result<()>>().await
        });
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(alive.alive(), 2);
    _ = group.spawn(async |_| Err(failure()));
    sleep(Duration::from_millis(1)).await;
    assert_eq!(alive.alive(), 0);
    assert!(group.ctx().has_ended());
    assert!(group.join().await.unwrap_err().is_deadline_exceeded());
}

#[crate::watched::test(start_paused = true)]
async fn join_waits_for_tasks_that_clean_up() {
    let cleaned_up = Arc::new(AtomicBool::new(false));
    let group = TaskGroup::new(&Context::background()).grace(Duration::from_secs(5));
    let flag = cleaned_up.clone();
    _ = group.spawn(async move |ctx: Context| {
        let why = ctx.cancelled().await;
        sleep(Duration::from_secs(3)).await;
        flag.store(true, SeqCst);
        Err::<(), _>(why)
    });
    _ = group.spawn(async |_| Err(failure()));
    assert!(group.join().await.unwrap_err().is_deadline_exceeded());
    assert!(cleaned_up.load(SeqCst));
}

#[crate::watched::test(start_paused = true)]
async fn tasks_that_run_after_the_grace_are_aborted() {
    for (grace, takes) in [(Some(2), 2), (Some(0), 0), (None, 0)] {
        let alive = Census::default();
        let (ctx, canceller) = Context::background().with_cancel();
        let mut group = TaskGroup::new(&ctx);
        if let Some(grace) = grace {
            group = group.grace(Duration::from_secs(grace));
        }
        let task = alive.enter();
        _ = group.spawn(async move |ctx: Context| {
            let _alive = (task, ctx);
            pending::<Result<()>>().await
        });
        tokio::task::yield_now().await;
        canceller.cancel_with("enough");
        let start = Instant::now();
        assert_eq!(group.join().await.unwrap_err().to_string(), "cancelled: enough");
        assert_eq!((start.elapsed().as_secs(), alive.alive()), (takes, 0));
    }
}

#[with_timeout("2s")]
async fn owner(ctx: &Context, alive: Census, grace: bool, cleans_up: bool) -> Result<()> {
    let mut group = TaskGroup::new(ctx);
    if grace {
        group = group.grace(Duration::from_secs(3));
    }
    for n in 0..3 {
        let alive = alive.enter();
        _ = group.spawn(async move |ctx: Context| {
            let _alive = alive;
            let why = ctx.cancelled().await;
            if cleans_up {
                sleep(Duration::from_secs(n)).await;
            } else {
                pending::<()>().await;
            }
            Err(why)
        });
    }
    group.join().await.map(|_: Vec<()>| ())
}

#[crate::watched::test(start_paused = true)]
async fn an_interrupted_owner_gives_its_tasks_the_grace_that_it_set() {
    for (grace, cleans_up, takes) in [(true, true, 4), (true, false, 5), (false, true, 2)] {
        let alive = Census::default();
        let start = Instant::now();
        let error = owner(&Context::background(), alive.clone(), grace, cleans_up).await.unwrap_err();
        if !grace {
            tokio::task::yield_now().await;
        }
        assert_eq!(error.to_string(), "deadline exceeded: `owner` took longer than 2s");
        assert_eq!((start.elapsed().as_secs(), alive.alive()), (takes, 0));
    }
}

#[crate::watched::test(start_paused = true)]
async fn an_owner_that_is_not_cancelled_joins_as_if_nothing_were_around_it() {
    let (ctx, canceller) = Context::background().with_cancel();
    let group = TaskGroup::new(&ctx);
    _ = group.spawn(async |_| {
        sleep(Duration::from_secs(1)).await;
        Ok::<_, ContextError>(1)
    });
    assert_eq!(ctx.run(group.join()).await.unwrap().unwrap(), [1]);
    drop(canceller);
}

#[crate::watched::test(start_paused = true)]
async fn a_deadline_reaches_tasks_that_do_not_look() {
    let ctx = Context::background().with_timeout(Duration::from_secs(2));
    let group = TaskGroup::new(&ctx);
    for _ in 0..10 {
        _ = group.spawn(|_| async {
            sleep(Duration::from_secs(3600)).await;
            Ok::<_, ContextError>(())
        });
    }
    let start = Instant::now();
    assert!(group.join().await.unwrap_err().is_deadline_exceeded());
    assert_eq!(start.elapsed(), Duration::from_secs(2));
}

#[crate::watched::test(start_paused = true)]
async fn dropping_the_group_aborts() {
    let alive = Census::default();
    let group = TaskGroup::<()>::new(&Context::background()).limit(3);
    for _ in 0..5 {
        let alive = alive.enter();
        _ = group.spawn(async move |ctx: Context| {
            let _alive = (alive, ctx);
            pending::<()>().await;
        });
    }
    sleep(Duration::from_millis(1)).await;
    assert_eq!(alive.alive(), 5);
    let ctx = group.ctx().clone();
    drop(group);
    assert!(ctx.has_ended());
    tokio::task::yield_now().await;
    assert_eq!(alive.alive(), 0);
}

#[crate::watched::test(start_paused = true)]
async fn dropping_the_join_aborts() {
    let alive = Census::default();
    let group = TaskGroup::<()>::new(&Context::background());
    let task = alive.enter();
    _ = group.spawn(async move |ctx: Context| {
        let _alive = (task, ctx);
        pending::<()>().await;
    });
    let mut join = Box::pin(group.join());
    assert!(join.as_mut().now_or_never().is_none());
    drop(join);
    tokio::task::yield_now().await;
    assert_eq!(alive.alive(), 0);
}

#[crate::watched::test]
async fn in_a_context_that_has_ended_nothing_starts() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with("too late");
    let group = TaskGroup::new(&ctx);
    let refused = group.spawn(|_| -> std::future::Ready<Result<u8>> { panic!("never called") }).await;
    assert_eq!(refused.unwrap_err().to_string(), "cancelled: too late");
    assert_eq!(group.len(), 0);
    assert_eq!(group.join().await.unwrap_err().to_string(), "cancelled: too late");
}

#[crate::watched::test]
async fn a_task_whose_context_ends_before_it_is_polled_never_starts() {
    let (ctx, canceller) = Context::background().with_cancel();
    let group = TaskGroup::new(&ctx);
    _ = group.spawn(async |_| -> Result<u8> { panic!("never starts") });
    canceller.cancel();
    assert!(group.join().await.unwrap_err().is_cancelled());
}

#[crate::watched::test]
async fn a_hundred_thousand_tasks_stop_at_once() {
    let alive = Census::default();
    let (ctx, canceller) = Context::background().with_cancel();
    let group = TaskGroup::new(&ctx);
    for n in 0..100_000 {
        let alive = alive.enter();
        _ = group.spawn(async move |ctx: Context| {
            let _alive = alive;
            if n % 2 == 0 {
                return Err::<(), _>(ctx.cancelled().await);
            }
            drop(ctx);
            pending().await
        });
    }
    tokio::task::yield_now().await;
    canceller.cancel();
    assert!(group.join().await.unwrap_err().is_cancelled());
    assert_eq!(alive.alive(), 0);
}

#[test]
fn tasks_whose_runtime_has_gone_are_interrupted() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let group = TaskGroup::new(&Context::background()).limit(1);
    runtime.block_on(async {
        _ = group.spawn(async |_| pending::<Result<()>>().await);
        _ = group.spawn(async |_| pending::<Result<()>>().await);
    });
    drop(runtime);
    _ = group.spawn(async |_| pending::<Result<()>>().await);
    let other = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let error = other.block_on(group.join()).unwrap_err();
    assert_eq!(error.to_string(), "cancelled: the tasks' runtime was shut down");
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_many_threads_every_round_leaves_nothing() {
    let alive = Census::default();
    for round in 0..500 {
        let (ctx, canceller) = Context::background().with_cancel();
        let group = TaskGroup::new(&ctx).limit(4 + round % 8);
        for n in 0..16 {
            let alive = alive.enter();
            _ = group.spawn(async move |ctx: Context| {
                let _alive = alive;
                ctx.checkpoint().await?;
                if n == round % 8 { Err(failure()) } else { Err(ctx.cancelled().await) }
            });
        }
        if round % 8 > 3 {
            tokio::spawn(async move { canceller.cancel() });
        } else {
            canceller.disarm();
        }
        assert!(group.join().await.map(|done: Vec<()>| done.len()).is_err());
        assert_eq!(alive.alive(), 0, "round {round}");
    }
}
