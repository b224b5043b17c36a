//! The results that the owner receives.

use std::time::Duration;

use taskward::{Context, ContextError, TaskGroup};
use tokio::time::{Instant, sleep};

#[crate::watched::test(start_paused = true)]
async fn outputs_come_in_the_order_of_the_spawns() {
    let group = TaskGroup::new(&Context::background());
    for n in 0..100_u64 {
        _ = group.spawn(async move |_| {
            sleep(Duration::from_millis(100 - n)).await;
            Ok::<_, ContextError>(n)
        });
    }
    assert_eq!(group.len(), 100);
    assert_eq!(group.join().await.unwrap(), (0..100).collect::<Vec<_>>());
}

#[crate::watched::test]
async fn an_empty_group_joins_at_once() {
    let group = TaskGroup::<Result<u8, ContextError>>::new(&Context::background());
    assert!(group.is_empty());
    assert_eq!(group.join().await.unwrap(), [0_u8; 0]);
}

#[crate::watched::test(start_paused = true)]
async fn the_first_error_is_returned_and_not_that_of_a_sibling_that_it_stopped() {
    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |ctx: Context| Err::<u8, Error>(ctx.cancelled().await.into()));
    _ = group.spawn(async |_| {
        sleep(Duration::from_secs(1)).await;
        Err(Error("the disk is full".into()))
    });
    assert_eq!(group.join().await.unwrap_err(), Error("the disk is full".into()));
}

#[derive(Debug, PartialEq)]
struct Error(String);

impl From<ContextError> for Error {
    fn from(why: ContextError) -> Self {
        Self(why.to_string())
    }
}

#[crate::watched::test(start_paused = true)]
async fn join_all_has_every_result_and_every_error() {
    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |_| Ok::<_, Error>(1));
    _ = group.spawn(async |_| Err(Error("bad".into())));
    _ = group.spawn(async |_| {
        sleep(Duration::from_secs(1)).await;
        Ok(3)
    });
    assert_eq!(group.join_all().await, [Ok(1), Err(Error("bad".into())), Ok(3)]);
}

#[crate::watched::test(start_paused = true)]
async fn join_all_of_results_without_a_size_says_who_failed() {
    let group = TaskGroup::new(&Context::background());
    for n in 0..5 {
        _ = group.spawn(async move |_| {
            sleep(Duration::from_secs(10 - n)).await;
            if n % 2 == 0 { Ok(()) } else { Err(Error(n.to_string())) }
        });
    }
    let bad = |n: u8| Err(Error(n.to_string()));
    assert_eq!(group.join_all().await, [Ok(()), bad(1), Ok(()), bad(3), Ok(())]);
}

#[crate::watched::test(start_paused = true)]
async fn a_group_that_keeps_going_lets_the_others_finish_and_returns_the_first_error() {
    let group = TaskGroup::new(&Context::background()).keep_going();
    _ = group.spawn(async |_| Err::<u8, _>(Error("bad".into())));
    _ = group.spawn(async |ctx: Context| {
        sleep(Duration::from_secs(1)).await;
        ctx.check()?;
        Ok(2)
    });
    let start = Instant::now();
    assert_eq!(group.join().await, Err(Error("bad".into())));
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[crate::watched::test]
async fn options_and_nothing_are_results_too() {
    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |_| Some(1));
    _ = group.spawn(async |_| Some(2));
    assert_eq!(group.join().await, Some(vec![1, 2]));

    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |_| Some(1));
    _ = group.spawn(async |_| None);
    assert_eq!(group.join().await, None);

    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |_| ());
    group.join().await;
}

#[crate::watched::test(start_paused = true)]
async fn groups_nest_and_a_failure_in_an_inner_group_stops_the_outer_one() {
    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |ctx: Context| {
        let inner = TaskGroup::new(&ctx);
        _ = inner.spawn(async |ctx: Context| Err::<(), _>(Error(ctx.cancelled().await.to_string())));
        _ = inner.spawn(async |_| {
            sleep(Duration::from_secs(1)).await;
            Err(Error("below".into()))
        });
        inner.join().await.map(drop)
    });
    _ = group.spawn(async |ctx: Context| Err(ctx.cancelled().await.into()));
    assert_eq!(group.join().await, Err(Error("below".into())));
}

#[derive(Clone, Debug, PartialEq)]
struct RequestId(u32);

#[crate::watched::test]
async fn values_and_the_deadline_are_inherited_and_the_context_is_current() {
    let ctx = Context::background().with_value(RequestId(7)).with_timeout(Duration::from_secs(9));
    let deadline = ctx.deadline();
    let group = TaskGroup::new(&ctx);
    _ = group.spawn(async move |ctx: Context| {
        assert_eq!(ctx.value(), Some(&RequestId(7)));
        assert_eq!(ctx.deadline(), deadline);
        Context::current().value::<RequestId>().cloned()
    });
    assert_eq!(group.join().await, Some(vec![RequestId(7)]));
}

#[crate::watched::test]
async fn a_tasks_context_ends_with_the_task() {
    let group = TaskGroup::new(&Context::background());
    _ = group.spawn(async |ctx: Context| Some(ctx));
    let contexts = group.join().await.unwrap();
    assert!(contexts[0].has_ended());
}

#[crate::watched::test]
async fn the_owner_can_work_in_the_groups_context() {
    let group = TaskGroup::new(&Context::background());
    _ = group.spawn_named("reader", async |_| Err::<(), _>(Error("bad".into())));
    let why = group.ctx().cancelled().await.to_string();
    assert!(why.starts_with("cancelled: `reader`, spawned at "), "{why}");
    assert!(why.ends_with(" failed"), "{why}");
}

#[cfg(feature = "tracing")]
#[crate::watched::test]
async fn the_span_of_the_spawn_is_that_of_the_task() {
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    let _default = tracing_subscriber::registry().with(tracing_subscriber::layer::Identity::new()).set_default();
    let group = TaskGroup::new(&Context::background()).limit(1);
    for name in ["first", "second"] {
        let span = tracing::info_span!("request", name);
        let id = span.id();
        let _entered = span.entered();
        _ = group.spawn(async move |_| {
            tokio::task::yield_now().await;
            assert_eq!(tracing::Span::current().id(), id);
        });
    }
    group.join().await;
}
