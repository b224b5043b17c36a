use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use taskward::Context;

#[derive(Debug, PartialEq)]
struct Id(u32);

fn current_id() -> Option<u32> {
    Context::current().value::<Id>().map(|id| id.0)
}

#[tokio::test]
async fn outside_of_any_call_it_is_background() {
    assert_eq!(current_id(), None);
    assert!(!Context::current().has_ended());
}

#[tokio::test]
async fn the_current_context_is_that_of_the_innermost_call_and_restored_after_it() {
    let outer = Context::background().with_value(Id(1));
    let inner = outer.with_value(Id(2));
    outer
        .run(async {
            assert_eq!(current_id(), Some(1));
            tokio::task::yield_now().await;
            inner
                .run(async {
                    tokio::task::yield_now().await;
                    assert_eq!(current_id(), Some(2));
                })
                .await
                .unwrap();
            assert_eq!(current_id(), Some(1));
        })
        .await
        .unwrap();
    assert_eq!(current_id(), None);
}

#[tokio::test]
async fn the_current_context_is_restored_after_a_panic() {
    let ctx = Context::background().with_value(Id(1));
    let panicked = AssertUnwindSafe(ctx.run(async { panic!("on purpose") })).catch_unwind().await;
    assert!(panicked.is_err());
    assert_eq!(current_id(), None);
}

#[tokio::test]
async fn a_spawned_task_starts_without_one() {
    let ctx = Context::background().with_value(Id(1));
    let seen = ctx.run(async { tokio::spawn(async { current_id() }).await.unwrap() }).await.unwrap();
    assert_eq!(seen, None);
}

#[tokio::test]
async fn two_calls_in_one_task_do_not_mix() {
    let (one, two) = (Context::background().with_value(Id(1)), Context::background().with_value(Id(2)));
    let look = async || {
        let before = current_id();
        tokio::task::yield_now().await;
        (before, current_id())
    };
    let (one, two) = tokio::join!(one.run(look()), two.run(look()));
    assert_eq!(one.unwrap(), (Some(1), Some(1)));
    assert_eq!(two.unwrap(), (Some(2), Some(2)));
}
