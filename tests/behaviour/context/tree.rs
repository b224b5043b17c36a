use std::pin::Pin;

use taskward::{Canceller, Context, WaitForCancel};

use crate::support::{Wakes, poll, with_small_stack};

const MANY: usize = 100_000;

fn chain(root: &Context) -> Vec<(Context, Canceller)> {
    let mut chain: Vec<(Context, Canceller)> = Vec::with_capacity(MANY);
    for _ in 0..MANY {
        let next = chain.last().map_or(root, |(ctx, _)| ctx).with_cancel();
        chain.push(next);
    }
    chain
}

#[test]
fn a_deep_tree_is_checked_cancelled_and_dropped_without_recursion() {
    with_small_stack(|| {
        let (root, canceller) = Context::background().with_cancel();
        let chain = chain(&root);
        assert!(!chain[MANY - 1].0.has_ended());
        canceller.cancel_with("root");
        assert_eq!(chain[MANY - 1].0.cause().unwrap().to_string(), "root");
        assert!(chain.iter().all(|(ctx, _)| ctx.has_ended()));
    });
}

#[test]
fn every_level_of_a_deep_tree_can_be_looked_at_while_it_lives() {
    with_small_stack(|| {
        let (root, _canceller) = Context::background().with_cancel();
        assert!(chain(&root).iter().all(|(ctx, _)| !ctx.has_ended()));
    });
}

#[test]
fn every_level_of_a_deep_tree_is_woken() {
    with_small_stack(|| {
        let (root, canceller) = Context::background().with_cancel();
        let chain = chain(&root);
        let (wakes, waker) = Wakes::new();
        let mut waiting: Vec<Pin<Box<WaitForCancel<&Context>>>> =
            chain.iter().map(|(ctx, _)| Box::pin(ctx.cancelled())).collect();
        assert!(waiting.iter_mut().all(|waiting| poll(waiting.as_mut(), &waker).is_pending()));
        canceller.cancel();
        assert_eq!(wakes.count(), MANY);
        assert!(waiting.iter_mut().all(|waiting| poll(waiting.as_mut(), &waker).is_ready()));
    });
}

#[test]
fn the_leaf_alone_keeps_a_deep_tree_and_drops_it_without_recursion() {
    with_small_stack(|| {
        let mut ctx = Context::background().with_value(0_usize);
        for level in 0..MANY {
            let (child, canceller) = ctx.with_cancel();
            canceller.disarm();
            ctx = child.with_value(level);
        }
        let (_, waker) = Wakes::new();
        assert!(poll(Box::pin(ctx.cancelled()).as_mut(), &waker).is_pending());
        assert_eq!(ctx.value(), Some(&(MANY - 1)));
    });
}

#[test]
fn a_wide_tree_is_woken_and_dropped() {
    with_small_stack(|| {
        let (root, canceller) = Context::background().with_cancel();
        let children: Vec<_> = (0..MANY).map(|_| root.with_cancel()).collect();
        let (wakes, waker) = Wakes::new();
        let mut waiting: Vec<_> = children.iter().map(|(ctx, _)| Box::pin(ctx.cancelled())).collect();
        assert!(waiting.iter_mut().all(|waiting| poll(waiting.as_mut(), &waker).is_pending()));
        // Half of the waiters are dropped first.
        waiting.truncate(MANY / 2);
        canceller.cancel();
        assert_eq!(wakes.count(), MANY / 2);
    });
}
