//! A panic is neither lost nor delayed.

use std::future::pending;
use std::panic::{AssertUnwindSafe, panic_any};
use std::time::Duration;

use futures::FutureExt;
use taskward::{Context, ContextError, TaskGroup};
use tokio::time::sleep;

use crate::support::Census;

async fn panic_of<T>(future: impl Future<Output = T>) -> Box<dyn std::any::Any + Send> {
    match AssertUnwindSafe(future).catch_unwind().await {
        Ok(_) => panic!("there was no panic"),
        Err(payload) => payload,
    }
}

#[crate::watched::test(start_paused = true)]
async fn a_panic_stops_the_siblings_at_once_and_surfaces_with_its_message() {
    let alive = Census::default();
    let group = TaskGroup::new(&Context::background());
    let sibling = alive.enter();
    _ = group.spawn(async move |ctx: Context| {
        let _sibling = sibling;
        let why = ctx.cancelled().await;
        assert!(why.to_string().ends_with(" panicked: out of cheese"), "{why}");
        Err::<(), _>(why)
    });
    let what = String::from("cheese");
    _ = group.spawn(async move |_| panic!("out of {what}"));
    sleep(Duration::from_millis(1)).await;
    assert_eq!(alive.alive(), 0, "before anybody joins");
    let payload = panic_of(group.join()).await;
    assert_eq!(*payload.downcast::<String>().unwrap(), "out of cheese");
}

#[crate::watched::test(start_paused = true)]
async fn a_panic_stops_tasks_that_keep_running() {
    let group = TaskGroup::new(&Context::background()).keep_going();
    _ = group.spawn(async |_| panic!("first"));
    _ = group.spawn(async |_| pending::<Option<u8>>().await);
    let payload = panic_of(group.join_all()).await;
    assert_eq!(*payload.downcast::<&str>().unwrap(), "first");

    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |_| panic!("first"));
    _ = group.spawn(async |_| pending::<Option<u8>>().await);
    assert_eq!(*panic_of(group.race()).await.downcast::<&str>().unwrap(), "first");
}

#[crate::watched::test(start_paused = true)]
async fn queued_tasks_do_not_start_after_a_panic() {
    let group = TaskGroup::<()>::new(&Context::background()).limit(1);
    for n in 0..3 {
        _ = group.spawn(async move |_| panic_any(n));
    }
    assert_eq!(*panic_of(group.join()).await.downcast::<i32>().unwrap(), 0);
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

// No code receives these panics.
#[cfg_attr(feature = "test-util", taskward::test(start_paused = true, panics = allow))]
#[cfg_attr(not(feature = "test-util"), tokio::test(start_paused = true))]
async fn payloads_that_panic_in_drop_are_harmless() {
    let group = TaskGroup::<()>::new(&Context::background());
    _ = group.spawn(async |_| panic_any("first"));
    for _ in 0..3 {
        _ = group.spawn(async |ctx: Context| {
            ctx.cancelled().await;
            panic_any(PanicsInDrop)
        });
    }
    assert_eq!(*panic_of(group.join()).await.downcast::<&str>().unwrap(), "first");

    let group = TaskGroup::<()>::new(&Context::background());
    _ = group.spawn(async |_| panic_any(PanicsInDrop));
    sleep(Duration::from_millis(1)).await;
    drop(group);
}

#[crate::watched::test(start_paused = true)]
async fn a_panic_in_a_destructor_of_a_task_is_reported() {
    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |_| {
        let _guard = PanicsInDrop;
        Ok::<_, ContextError>(1)
    });
    assert_eq!(*panic_of(group.join()).await.downcast::<&str>().unwrap(), "in drop");
}

// No code receives these panics.
#[cfg_attr(feature = "test-util", taskward::test(start_paused = true, panics = allow))]
#[cfg_attr(not(feature = "test-util"), tokio::test(start_paused = true))]
async fn a_task_may_panic_while_its_group_is_dropped() {
    let alive = Census::default();
    let group = TaskGroup::<()>::new(&Context::background());
    for _ in 0..3 {
        let alive = alive.enter();
        _ = group.spawn(async move |_| {
            let _alive = alive;
            let _guard = PanicsInDrop;
            pending::<()>().await;
        });
    }
    sleep(Duration::from_millis(1)).await;
    drop(group);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(alive.alive(), 0);
}

#[crate::watched::test(start_paused = true)]
async fn a_panic_in_a_destructor_of_an_aborted_task_is_reported() {
    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |_| {
        let _guard = PanicsInDrop;
        pending::<Result<u8, ContextError>>().await
    });
    _ = group.spawn(async |ctx: Context| {
        ctx.checkpoint().await?;
        Err(ctx.with_timeout(Duration::ZERO).check().unwrap_err())
    });
    let payload = panic_of(group.join()).await;
    assert_eq!(*payload.downcast::<&str>().unwrap(), "in drop");
}

#[crate::watched::test]
#[should_panic(expected = "in the closure")]
async fn a_panic_before_there_is_a_task_is_the_owners() {
    let group = TaskGroup::<()>::new(&Context::background());
    _ = group.spawn(|_| -> std::future::Ready<()> { panic!("in the closure") });
}

#[crate::watched::test(start_paused = true)]
async fn a_hook_that_panics_when_a_task_ends_the_group_is_told() {
    let group = TaskGroup::new(&Context::background());
    let _hook = group.ctx().on_cancel(|_| panic!("in the hook"));
    _ = group.spawn(|_| std::future::ready(None::<u8>));
    assert_eq!(*panic_of(group.join()).await.downcast::<&str>().unwrap(), "in the hook");

    let alive = Census::default();
    let group = TaskGroup::new(&Context::background());
    let _hook = group.ctx().on_cancel(|_| panic!("in the hook"));
    let sibling = alive.enter();
    _ = group.spawn(async move |ctx: Context| {
        let _sibling = sibling;
        ctx.cancelled().await;
        sleep(Duration::from_secs(1)).await;
        None
    });
    _ = group.spawn(|_| std::future::ready(Some(1)));
    sleep(Duration::from_millis(1)).await;
    assert_eq!(*panic_of(group.race()).await.downcast::<&str>().unwrap(), "in the hook");
    assert_eq!(alive.alive(), 0, "a race waits for the others even then");
}
