//! Guarantees of Go's `context` suite and of Trio's cancel scopes that no other test covers. The
//! page `differences` lists the guarantees that do not hold here.

use std::future::pending;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use taskward::{Canceller, Context, ContextError, TaskGroup, cancellable};
use tokio::time::advance;

const SECOND: Duration = Duration::from_secs(1);

/// A chain of contexts of random kinds, modelled on Go's `testLayers`.
struct Layers {
    ctx: Context,
    cancellers: Vec<Canceller>,
    newest: Option<u64>,
    has_limit: bool,
}

fn layers(seed: u64, limit: Duration) -> Layers {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut made = Layers { ctx: Context::background(), cancellers: Vec::new(), newest: None, has_limit: false };
    let mut n = 0;
    while n < 30 || made.cancellers.is_empty() || made.newest.is_none() || !made.has_limit {
        n += 1;
        made.ctx = match random.u8(..3) {
            0 => {
                made.newest = Some(n);
                made.ctx.with_value(n)
            }
            1 => {
                let (ctx, canceller) = made.ctx.with_cancel();
                made.cancellers.push(canceller);
                ctx
            }
            _ => {
                made.has_limit = true;
                made.ctx.with_timeout(limit)
            }
        };
    }
    made
}

#[tokio::test(start_paused = true)]
async fn any_chain_of_contexts_ends_with_any_canceller_or_the_limit_and_keeps_its_values() {
    for seed in 0..200 {
        for by_limit in [false, true] {
            let mut made = layers(seed, SECOND);
            assert!(!made.ctx.has_ended(), "seed {seed}");
            let waits = made.ctx.clone().into_cancelled();
            if by_limit {
                assert!(matches!(waits.await, ContextError::DeadlineExceeded(_)), "seed {seed}");
            } else {
                let chosen = made.cancellers.len() * usize::try_from(seed).unwrap() / 200;
                made.cancellers.swap_remove(chosen).cancel();
                assert!(matches!(waits.await, ContextError::Cancelled(_)), "seed {seed}");
            }
            assert_eq!(made.ctx.value::<u64>().copied(), made.newest, "seed {seed}");
        }
    }
}

#[test]
fn a_tree_whose_contexts_are_all_cancelled_at_once_by_threads_ends_everywhere() {
    let (root, canceller) = Context::background().with_cancel();
    let mut made = vec![(root, canceller)];
    for parent in 0..25 {
        for _ in 0..4 {
            let child = made[parent].0.with_cancel();
            made.push(child);
        }
    }
    let all: Vec<Context> = made.iter().map(|(ctx, _)| ctx.clone()).collect();
    let begin = Arc::new(Barrier::new(made.len()));
    let threads: Vec<_> = made
        .into_iter()
        .map(|(ctx, canceller)| {
            let begin = begin.clone();
            std::thread::spawn(move || {
                begin.wait();
                canceller.cancel();
                assert!(ctx.has_ended());
            })
        })
        .collect();
    for ctx in all {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(ctx.cancelled());
    }
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn a_hook_that_cancels_a_child_of_the_context_that_ends_does_not_hang() {
    let (parent, canceller) = Context::background().with_cancel();
    let (child, child_canceller) = parent.with_cancel();
    let hook = parent.on_cancel(move |_| child_canceller.cancel_with("by the hook"));
    canceller.cancel_with("by the parent");
    assert_eq!(child.check().unwrap_err().to_string(), "cancelled: by the parent");
    drop(hook);
}

/// Rows of Go's `TestCause`: the reported cause depends on the order in which parent and child
/// end.
#[tokio::test(start_paused = true)]
async fn a_context_reports_the_cause_of_the_first_of_all_ends_above_it() {
    let error = |ctx: &Context| ctx.check().unwrap_err().to_string();
    let (parent, parent_canceller) = Context::background().with_cancel();
    let (child, child_canceller) = parent.with_cancel();
    child_canceller.cancel_with("child");
    assert!(parent.check().is_ok());
    parent_canceller.cancel_with("parent");
    assert_eq!([error(&child), error(&parent)], ["cancelled: child", "cancelled: parent"]);

    let (parent, parent_canceller) = Context::background().with_cancel();
    let limited = parent.with_timeout_cause(SECOND, "the limit");
    let below = limited.with_value("kept");
    parent_canceller.cancel();
    advance(2 * SECOND).await;
    assert_eq!([error(&limited), error(&below)], ["cancelled", "cancelled"]);

    let outer = Context::background().with_timeout_cause(SECOND, "outer");
    let inner = outer.with_timeout_cause(2 * SECOND, "inner");
    advance(3 * SECOND).await;
    assert_eq!([error(&outer), error(&inner)], ["deadline exceeded: outer", "deadline exceeded: outer"]);
    assert!(inner.detach().check().is_ok());
}

#[test]
fn a_value_of_one_type_is_not_found_as_one_of_another() {
    #[derive(PartialEq, Debug)]
    struct One(u8);
    #[derive(PartialEq, Debug)]
    struct Other(u8);
    let ctx = Context::background().with_value(One(1)).with_value(Other(1));
    assert_eq!((ctx.value::<One>(), ctx.value::<Other>()), (Some(&One(1)), Some(&Other(1))));
    assert_eq!(ctx.value::<u8>(), None);
}

/// Trio's `test_yield_briefly_checks_for_timeout`.
#[tokio::test(start_paused = true)]
async fn a_checkpoint_sees_a_deadline_that_passed_since_the_last_one() {
    let ctx = Context::background().with_timeout(5 * SECOND);
    ctx.checkpoint().await.unwrap();
    advance(10 * SECOND).await;
    for _ in 0..3 {
        ctx.checkpoint().await.unwrap_err();
    }
}

/// Trio's `test_cancel_shielding`: a shield delays interruptions from outside, but not from
/// inside.
#[tokio::test(start_paused = true)]
async fn a_shield_does_not_delay_ends_inside_of_it() {
    #[cancellable]
    async fn forever(_ctx: &Context) -> Result<(), ContextError> {
        pending().await
    }
    let (outer, canceller) = Context::background().with_cancel();
    let inside = async {
        let (inner, inner_canceller) = outer.detach().with_cancel();
        canceller.cancel();
        inner.checkpoint().await.unwrap();
        inner_canceller.cancel_with("inner");
        forever(&inner).await.unwrap_err().to_string()
    };
    assert_eq!(outer.run(outer.shield(inside)).await.unwrap(), "cancelled: inner");
    outer.run(pending::<()>()).await.unwrap_err();
}

/// Trio's `test_cancel_inheritance`.
#[tokio::test(start_paused = true)]
async fn the_end_of_a_group_reaches_the_tasks_of_the_groups_in_its_tasks() {
    struct Leaf(tokio::sync::mpsc::UnboundedSender<()>);
    impl Drop for Leaf {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
        }
    }
    let (sender, mut dropped) = tokio::sync::mpsc::unbounded_channel();
    let (ctx, canceller) = Context::background().with_cancel();
    let group = TaskGroup::<Result<(), ContextError>>::new(&ctx);
    for _ in 0..2 {
        let sender = sender.clone();
        let worker = group.spawn(move |ctx| async move {
            let inner = TaskGroup::<Result<(), ContextError>>::new(&ctx);
            for _ in 0..2 {
                let leaf = Leaf(sender.clone());
                let task = inner.spawn(move |_| async move {
                    let _leaf = leaf;
                    pending().await
                });
                task.await?;
            }
            inner.join().await.map(drop)
        });
        worker.await.unwrap();
    }
    tokio::time::sleep(SECOND).await;
    canceller.cancel();
    group.join().await.unwrap_err();
    for _ in 0..4 {
        dropped.recv().await.unwrap();
    }
}
