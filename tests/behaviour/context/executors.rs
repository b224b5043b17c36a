//! Calls that fail at once, other executors inside of a call, and destructors.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, defer, with_timeout};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

#[cancellable]
async fn step(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

/// Only ends because a call that fails at once lets the enclosing call run.
#[tokio::test(start_paused = true)]
async fn a_loop_over_calls_that_fail_at_once_is_interrupted() {
    #[cancellable(allow(ignored_failure))]
    async fn insists(ctx: &Context) -> Result<(), ContextError> {
        while step(ctx).await.is_err() {}
        pending::<()>().await;
        Ok(())
    }
    let (ctx, canceller) = Context::background().with_cancel();
    let task = tokio::spawn(async move { insists(&ctx).await });
    tokio::task::yield_now().await;
    canceller.cancel();
    assert!(timeout(SECOND, task).await.unwrap().unwrap().is_err());
}

macro_rules! a_loop_yields {
    ($($name:ident: $ctx:ident => $call:expr;)*) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let ($ctx, canceller) = Context::background().with_cancel();
            canceller.cancel();
            let spin = async {
                loop {
                    let _ = $call.await;
                }
            };
            assert!(timeout(20 * Duration::from_millis(1), spin).await.is_err());
        }
    )* };
}

a_loop_yields! {
    a_loop_over_annotated_calls_yields_to_a_timeout: ctx => step(&ctx);
    a_loop_over_runs_yields_to_a_timeout: ctx => ctx.run(async {});
    a_loop_over_checkpoints_yields_to_a_timeout: ctx => ctx.checkpoint();
    a_loop_over_sleeps_yields_to_a_timeout: ctx => ctx.sleep(SECOND);
    a_loop_over_ended_waits_yields_to_a_timeout: ctx => ctx.cancelled();
    a_loop_over_limited_calls_yields_to_a_timeout: ctx => limited(&ctx);
    a_loop_over_graceful_calls_yields_to_a_timeout: ctx => graceful(&ctx);
    a_loop_over_calls_that_are_out_of_time_yields_to_a_timeout: _ctx => out_of_time();
}

#[with_timeout("5s")]
async fn limited(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[cancellable(grace = "1s")]
async fn graceful(ctx: &Context) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[with_timeout(Duration::ZERO)]
async fn out_of_time() -> Result<(), ContextError> {
    tokio::task::yield_now().await;
    Ok(())
}

/// Waits forever, or for one poll.
async fn wait(for_ever: bool) {
    if for_ever { pending().await } else { tokio::task::yield_now().await }
}

/// The value, and `true` if there is a deadline.
type Look = (Option<u8>, bool);

/// The contexts that a task sees if another executor polls it inside of a call.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Look>>>);

impl Seen {
    fn look(&self) {
        let ctx = Context::current();
        self.0.lock().unwrap().push((ctx.value().copied(), ctx.deadline().is_some()));
    }
}

fn ctx() -> Context {
    Context::background().with_value(7_u8).with_timeout(3600 * SECOND)
}

#[tokio::test(start_paused = true)]
async fn a_task_of_a_local_set_inside_a_call_starts_without_a_context() {
    #[cancellable(allow(detached_task))]
    async fn drives(_ctx: &Context, local: &LocalSet, seen: Seen) -> Result<(), ContextError> {
        let here = seen.clone();
        local
            .run_until(async move {
                here.look();
                tokio::task::spawn_local(async move {
                    here.look();
                    tokio::task::yield_now().await;
                    here.look();
                })
                .await
                .unwrap();
            })
            .await;
        seen.look();
        Ok(())
    }
    let (seen, before) = (Seen::default(), Seen::default());
    let local = LocalSet::new();
    let look = before.clone();
    local.spawn_local(async move { look.look() });
    drives(&ctx(), &local, seen.clone()).await.unwrap();
    let own = (Some(7), true);
    assert_eq!(*seen.0.lock().unwrap(), [own, (None, false), (None, false), own]);
    assert_eq!(*before.0.lock().unwrap(), [(None, false)]);
}

#[test]
fn a_task_of_a_runtime_inside_a_call_starts_without_a_context() {
    #[cancellable]
    async fn drives(_ctx: &Context, seen: Seen) -> Result<(), ContextError> {
        tokio::task::block_in_place(|| {
            let other = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let task = other.spawn({
                let seen = seen.clone();
                async move { seen.look() }
            });
            other.block_on(task).unwrap();
        });
        seen.look();
        std::future::ready(()).await;
        Ok(())
    }
    let seen = Seen::default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let look = seen.clone();
    runtime.block_on(runtime.spawn(async move { drives(&ctx(), look).await })).unwrap().unwrap();
    assert_eq!(*seen.0.lock().unwrap(), [(None, false), (Some(7), true)]);
}

#[tokio::test(start_paused = true)]
async fn a_shield_in_a_local_set_task_holds_no_other_call() {
    #[cancellable]
    async fn drives(_ctx: &Context, local: &LocalSet) -> Result<(), ContextError> {
        local.run_until(pending::<()>()).await;
        Ok(())
    }
    let local = LocalSet::new();
    local.spawn_local(async {
        Context::background().shield(sleep(3600 * SECOND)).await;
    });
    let start = Instant::now();
    assert!(drives(&Context::background().with_timeout(SECOND), &local).await.is_err());
    assert_eq!(start.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_combinator_inside_a_call_is_a_part_of_it() {
    #[cancellable]
    async fn joins(_ctx: &Context, seen: Seen) -> Result<(), ContextError> {
        let mut all: futures::stream::FuturesUnordered<_> = (0..3).map(async |_| seen.look()).collect();
        while futures::StreamExt::next(&mut all).await.is_some() {}
        Ok(())
    }
    let seen = Seen::default();
    joins(&ctx(), seen.clone()).await.unwrap();
    assert_eq!(*seen.0.lock().unwrap(), [(Some(7), true); 3]);
}

/// On return, on interruption, and if the call is dropped.
#[tokio::test(start_paused = true)]
async fn a_destructor_sees_the_context_of_its_call() {
    type Notes = Rc<RefCell<Vec<Look>>>;
    fn look(notes: &Notes) {
        let ctx = Context::current();
        notes.borrow_mut().push((ctx.value().copied(), ctx.deadline().is_some()));
    }
    #[cancellable]
    async fn plain(_ctx: &Context, notes: Notes, waits: bool) -> Result<(), ContextError> {
        defer! { look(&notes) }
        wait(waits).await;
        Ok(())
    }
    #[cancellable(grace = "1s")]
    async fn graceful(_ctx: &Context, notes: Notes, waits: bool) -> Result<(), ContextError> {
        defer! { look(&notes) }
        wait(waits).await;
        Ok(())
    }
    #[with_timeout("1s")]
    async fn limited(_ctx: &Context, notes: Notes, waits: bool) -> Result<(), ContextError> {
        defer! { look(&notes) }
        wait(waits).await;
        Ok(())
    }
    #[with_timeout("1s")]
    async fn alone(notes: Notes, waits: bool) -> Result<(), ContextError> {
        defer! { look(&notes) }
        wait(waits).await;
        Ok(())
    }
    macro_rules! each {
        ($($call:ident($($ctx:expr)?) => $expected:expr;)*) => { $({
            let notes = Notes::default();
            $call($($ctx,)? notes.clone(), false).await.unwrap();
            let mut dropped = Box::pin($call($($ctx,)? notes.clone(), true));
            assert!(futures::poll!(dropped.as_mut()).is_pending());
            drop(dropped);
            $call($($ctx,)? notes.clone(), true).await.unwrap_err();
            assert_eq!(*notes.borrow(), [$expected; 3], stringify!($call));
        })* };
    }
    let valued = Context::background().with_value(7_u8);
    let (one, other) = (valued.with_timeout(SECOND), valued.with_timeout(2 * SECOND));
    each! {
        plain(&one) => (Some(7), true);
        graceful(&other) => (Some(7), true);
        limited(&valued) => (Some(7), true);
        alone() => (None, true);
    }
    assert_eq!(Context::current(), Context::background());
}
