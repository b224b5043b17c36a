use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskward::{Context, ContextError};

fn counter() -> (Arc<AtomicUsize>, impl Fn(ContextError) + Clone + Send + 'static) {
    let count = Arc::new(AtomicUsize::new(0));
    let hook = {
        let count = count.clone();
        move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        }
    };
    (count, hook)
}

#[test]
fn a_hook_runs_exactly_once_with_the_reason() {
    let (ctx, canceller) = Context::background().with_cancel();
    let reasons = Arc::new(Mutex::new(Vec::new()));
    let seen = reasons.clone();
    let hook = ctx.on_cancel(move |why| seen.lock().unwrap().push(why.to_string()));
    assert!(reasons.lock().unwrap().is_empty());
    canceller.cancel_with("why");
    canceller.cancel();
    drop(canceller);
    assert_eq!(*reasons.lock().unwrap(), ["cancelled: why"]);
    assert!(!hook.unregister(), "it has run");
}

#[test]
fn a_hook_never_runs_after_unregistering() {
    let (count, hook) = counter();
    let (ctx, canceller) = Context::background().with_cancel();
    drop(ctx.on_cancel(hook.clone()));
    assert!(ctx.on_cancel(hook).unregister(), "it never ran and never will");
    canceller.cancel();
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[test]
fn a_forgotten_hook_stays_even_when_no_context_is_left() {
    let (count, hook) = counter();
    let (ctx, canceller) = Context::background().with_cancel();
    ctx.on_cancel(hook).forget();
    drop(ctx);
    drop(canceller);
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn a_hook_on_an_ended_context_runs_at_once() {
    let (count, hook) = counter();
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    let _hook = ctx.on_cancel(hook);
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn a_hook_on_a_child_runs_when_an_ancestor_is_cancelled() {
    let (count, hook) = counter();
    let (root, canceller) = Context::background().with_cancel();
    let (child, _child) = root.with_value(1).with_cancel();
    let (grandchild, _grandchild) = child.with_cancel();
    let _hook = grandchild.on_cancel(hook);
    canceller.cancel();
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_runs_its_hooks_without_a_waiter() {
    let (count, hook) = counter();
    let ctx = Context::background().with_timeout(Duration::from_secs(1));
    let _hook = ctx.on_cancel(hook);
    tokio::time::sleep(Duration::from_millis(999)).await;
    assert_eq!(count.load(Ordering::SeqCst), 0);
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn a_panicking_hook_stops_no_other_and_surfaces_in_the_canceller() {
    let (count, hook) = counter();
    let (ctx, canceller) = Context::background().with_cancel();
    let _first = ctx.on_cancel(hook.clone());
    let _bad = ctx.on_cancel(|_| panic!("bad hook"));
    let _last = ctx.on_cancel(hook);
    let panic = catch_unwind(AssertUnwindSafe(|| canceller.cancel())).unwrap_err();
    assert_eq!(*panic.downcast_ref::<&str>().unwrap(), "bad hook");
    assert_eq!(count.load(Ordering::SeqCst), 2);
    assert!(ctx.has_ended());
}

#[test]
fn a_hook_may_use_the_context_and_register_another() {
    let (count, hook) = counter();
    let (ctx, canceller) = Context::background().with_cancel();
    let inner = ctx.clone();
    let _hook = ctx.on_cancel(move |_| {
        assert!(inner.has_ended());
        inner.on_cancel(hook).forget();
    });
    canceller.cancel();
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn a_hook_on_a_context_that_cannot_end_is_kept_with_its_handle() {
    let (count, hook) = counter();
    let registered = Context::background().on_cancel(hook);
    assert!(registered.unregister());
    assert_eq!(count.load(Ordering::SeqCst), 0);

    let (ctx, canceller) = Context::background().with_cancel();
    let registered = Context::background().on_cancel(move |_| canceller.cancel());
    assert!(!ctx.has_ended(), "what the hook has is kept");
    drop(registered);
    assert!(ctx.has_ended());
}
