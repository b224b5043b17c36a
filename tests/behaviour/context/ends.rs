//! The first end of a context counts, independent of observers.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};
use std::time::Duration;

use taskward::{Canceller, Context};
use tokio::time::advance;

use crate::support::{Wakes, poll};

const SECOND: Duration = Duration::from_secs(1);

fn why(ctx: &Context) -> String {
    ctx.check().unwrap_err().to_string()
}

/// Every way to end a child after its parent has ended, with and without an earlier check.
#[test]
fn a_child_reports_the_end_of_its_parent_despite_later_ends() {
    let later: [fn(Canceller); 4] =
        [drop, |canceller| canceller.cancel(), |canceller| canceller.cancel_with("child"), Canceller::disarm];
    for end in later {
        for looks in 0..4 {
            let (parent, canceller) = Context::background().with_cancel();
            let (child, child_canceller) = parent.with_value(1).with_cancel();
            let (below, _below_canceller) = child.with_cancel();
            canceller.cancel_with("shutting down");
            if looks & 1 != 0 {
                assert!(child.has_ended());
            }
            end(child_canceller);
            if looks & 2 != 0 {
                assert!(below.has_ended());
            }
            for ctx in [&parent, &child, &below] {
                assert_eq!(why(ctx), "cancelled: shutting down");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passed_first_is_the_reason_despite_a_later_cancel() {
    for looks in [false, true] {
        for waits in [false, true] {
            let (root, root_canceller) = Context::background().with_cancel();
            let limited = root.with_timeout(SECOND);
            let (child, canceller) = limited.with_cancel();
            let mut waiting = Box::pin(child.cancelled());
            if waits {
                assert!(futures::poll!(waiting.as_mut()).is_pending());
            }
            advance(2 * SECOND).await;
            if looks {
                assert!(child.has_ended());
            }
            canceller.cancel_with("child");
            root_canceller.cancel_with("root");
            for ctx in [&limited, &child] {
                assert_eq!(why(ctx), "deadline exceeded: the time limit of 1s passed");
            }
            assert_eq!(why(&root), "cancelled: root");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_before_the_deadline_is_the_reason_when_it_is_seen_after_it() {
    for waits in [false, true] {
        let (root, canceller) = Context::background().with_cancel();
        let limited = root.with_timeout(SECOND);
        let mut waiting = Box::pin(limited.cancelled());
        if waits {
            assert!(futures::poll!(waiting.as_mut()).is_pending());
        }
        canceller.cancel_with("first");
        advance(2 * SECOND).await;
        assert_eq!(why(&limited), "cancelled: first");
        let late = root.with_timeout(Duration::ZERO);
        assert_eq!(why(&late), "cancelled: first", "it was made after the end");
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_deadlines_the_earlier_is_the_reason() {
    let outer = Context::background().with_timeout(2 * SECOND);
    let (middle, _canceller) = outer.with_cancel();
    let inner = middle.with_timeout(SECOND);
    advance(3 * SECOND).await;
    assert_eq!(why(&inner), "deadline exceeded: the time limit of 1s passed");
    assert_eq!(why(&middle), "deadline exceeded: the time limit of 2s passed");
}

#[test]
fn a_limit_of_zero_has_ended_as_a_deadline_even_if_it_is_cancelled_then() {
    let (root, canceller) = Context::background().with_cancel();
    let limited = root.with_timeout(Duration::ZERO);
    canceller.cancel();
    assert!(limited.check().unwrap_err().is_deadline_exceeded());
}

#[test]
fn a_pool_worker_inside_an_interrupted_call_reports_the_cause_of_the_interruption() {
    let (parent, canceller) = Context::background().with_cancel();
    let (worker, worker_canceller) = parent.with_cancel();
    let (wakes, waker) = Wakes::new();
    let mut waiting = Box::pin(worker.cancelled());
    assert!(poll(waiting.as_mut(), &waker).is_pending());
    canceller.cancel_with("SIGTERM");
    drop(worker_canceller);
    assert_eq!(wakes.count(), 1);
    assert_eq!(why(&worker), "cancelled: SIGTERM");
}

struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("a waker of the user's");
    }
}

#[test]
fn a_panicking_waker_loses_no_waiter_and_its_panic_reaches_the_canceller() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (child, _child_canceller) = ctx.with_cancel();
    let (wakes, waker) = Wakes::new();
    let panics = Waker::from(Arc::new(Panics));
    let count = Arc::new(AtomicUsize::new(0));
    let mut waiting: Vec<_> = (0..9).map(|n| Box::pin(if n % 2 == 0 { &ctx } else { &child }.cancelled())).collect();
    for (n, waiting) in waiting.iter_mut().enumerate() {
        assert!(poll(waiting.as_mut(), if n % 3 == 0 { &panics } else { &waker }).is_pending());
    }
    let hook = ctx.on_cancel({
        let count = count.clone();
        move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| canceller.cancel_with("end"))).unwrap_err();
    assert_eq!(*panic.downcast_ref::<&str>().unwrap(), "a waker of the user's");
    assert_eq!((wakes.count(), count.load(Ordering::SeqCst)), (6, 1));
    assert_eq!(why(&child), "cancelled: end");
    drop(hook);
}

#[test]
fn waiters_are_woken_in_the_order_in_which_they_came() {
    struct Notes(usize, Arc<std::sync::Mutex<Vec<usize>>>);
    impl Wake for Notes {
        fn wake(self: Arc<Self>) {
            self.1.lock().unwrap().push(self.0);
        }
    }
    let (ctx, canceller) = Context::background().with_cancel();
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut waiting: Vec<_> = (0..300).map(|_| Box::pin(ctx.cancelled())).collect();
    for (n, waiting) in waiting.iter_mut().enumerate() {
        assert!(poll(waiting.as_mut(), &Waker::from(Arc::new(Notes(n, order.clone())))).is_pending());
    }
    for n in (0..300).rev().filter(|n| n % 3 == 0) {
        drop(waiting.swap_remove(n));
    }
    canceller.cancel();
    let expected: Vec<_> = (0..300).filter(|n| n % 3 != 0).collect();
    assert_eq!(*order.lock().unwrap(), expected);
}

#[test]
fn when_a_hook_runs_everything_below_has_ended() {
    let (ctx, canceller) = Context::background().with_cancel();
    let children: Vec<_> = (0..10).map(|_| ctx.with_cancel()).collect();
    let (_, waker) = Wakes::new();
    let seen: Vec<Context> = children.iter().map(|(child, _)| child.clone()).collect();
    let mut waiting: Vec<_> = children.iter().map(|(child, _)| Box::pin(child.cancelled())).collect();
    let all = Arc::new(AtomicUsize::new(0));
    let hook = children[0].0.on_cancel({
        let all = all.clone();
        move |_| all.store(seen.iter().filter(|child| child.has_ended()).count(), Ordering::SeqCst)
    });
    assert!(waiting.iter_mut().all(|waiting| poll(waiting.as_mut(), &waker).is_pending()));
    canceller.cancel();
    assert_eq!(all.load(Ordering::SeqCst), 10);
    drop(hook);
}

/// Sixteen threads cancel while others wait, check and derive children.
#[test]
fn one_of_many_causes_wins_for_every_observer() {
    for _ in 0..50 {
        let (ctx, canceller) = Context::background().with_cancel();
        let canceller = &canceller;
        let seen: Vec<String> = std::thread::scope(|scope| {
            let cancelling: Vec<_> = (0..8)
                .map(|n| {
                    let ctx = ctx.clone();
                    scope.spawn(move || {
                        canceller.cancel_with(n.to_string());
                        why(&ctx)
                    })
                })
                .collect();
            let watching: Vec<_> = (0..8)
                .map(|_| {
                    let ctx = ctx.clone();
                    scope.spawn(move || {
                        let (child, _canceller) = ctx.with_timeout(SECOND * 3600).with_cancel();
                        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                        runtime.block_on(child.run(pending::<()>())).unwrap_err().to_string()
                    })
                })
                .collect();
            cancelling.into_iter().chain(watching).map(|thread| thread.join().unwrap()).collect()
        });
        assert!(seen.iter().all(|text| *text == seen[0]), "{seen:?}");
    }
}
