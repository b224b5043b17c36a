use std::io;
use std::time::Duration;

use taskward::{Context, ContextError};

#[test]
fn cancelling_is_idempotent_and_the_first_cause_wins() {
    let (ctx, canceller) = Context::background().with_cancel();
    assert!(ctx.check().is_ok());
    canceller.cancel_with("first");
    canceller.cancel_with("second");
    canceller.cancel();
    assert_eq!(ctx.check().unwrap_err().to_string(), "cancelled: first");
    assert_eq!(ctx.cause().unwrap().to_string(), "first");
}

#[test]
fn a_cancellation_without_a_cause_keeps_having_none() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    canceller.cancel_with("late");
    assert!(ctx.cause().is_none());
    let error = ctx.check().unwrap_err();
    assert!(error.is_cancelled() && !error.is_deadline_exceeded());
    assert!(error.cause().is_none());
    assert_eq!(error.to_string(), "cancelled");
}

#[test]
fn ending_is_level_triggered() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    for _ in 0..3 {
        assert!(ctx.has_ended());
        assert!(ctx.check().is_err());
        assert!(ctx.clone().check().is_err());
    }
    assert!(ctx.with_cancel().0.has_ended(), "a context derived later has ended too");
    assert!(ctx.with_value(1).has_ended());
    assert!(ctx.with_timeout(Duration::from_secs(1)).has_ended());
}

#[test]
fn dropping_the_canceller_cancels() {
    let (ctx, canceller) = Context::background().with_cancel();
    drop(canceller);
    assert!(ctx.check().unwrap_err().is_cancelled());
}

#[test]
fn a_panic_on_the_way_out_still_cancels() {
    let (ctx, canceller) = Context::background().with_cancel();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _canceller = canceller;
        panic!("on purpose");
    }));
    assert!(result.is_err());
    assert!(ctx.has_ended());
}

#[test]
fn a_disarmed_canceller_leaves_the_context_to_its_parent() {
    let (parent, canceller) = Context::background().with_cancel();
    let (child, disarmed) = parent.with_cancel();
    disarmed.disarm();
    assert!(child.check().is_ok());
    canceller.cancel_with("parent");
    assert_eq!(child.cause().unwrap().to_string(), "parent");
}

#[test]
fn cancelling_a_child_leaves_its_parent_and_its_siblings_alone() {
    let (parent, _canceller) = Context::background().with_cancel();
    let (first, first_canceller) = parent.with_cancel();
    let (second, _second_canceller) = parent.with_cancel();
    first_canceller.cancel();
    assert!(first.has_ended());
    assert!(!parent.has_ended() && !second.has_ended());
}

#[test]
fn a_child_that_was_cancelled_first_keeps_its_own_cause() {
    let (parent, canceller) = Context::background().with_cancel();
    let (child, child_canceller) = parent.with_cancel();
    child_canceller.cancel_with("child");
    canceller.cancel_with("parent");
    assert_eq!(child.cause().unwrap().to_string(), "child");
    assert_eq!(parent.cause().unwrap().to_string(), "parent");
}

#[test]
fn the_cause_survives_through_every_kind_of_child() {
    let (root, canceller) = Context::background().with_cancel();
    let (child, _guard) = root.with_timeout(Duration::from_secs(9)).with_value(1).with_cancel();
    let deep = child.with_timeout(Duration::from_secs(5)).with_value("x");
    canceller.cancel_with(io::Error::new(io::ErrorKind::NotFound, "gone"));
    for ctx in [&root, &child, &deep] {
        let cause = ctx.cause().unwrap();
        assert_eq!(cause.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::NotFound);
        let error = ctx.check().unwrap_err();
        assert_eq!(error.cause().unwrap().to_string(), "gone");
        assert_eq!(error.to_string(), "cancelled: gone");
        assert!(std::error::Error::source(&error).is_none(), "the text names the cause, which has no source");
    }
}

#[test]
fn contexts_and_errors_can_go_anywhere() {
    fn anywhere<T: Send + Sync + Clone + 'static>() {}
    fn sendable<T: Send + Sync + 'static>() {}
    anywhere::<Context>();
    anywhere::<ContextError>();
    sendable::<taskward::Canceller>();
    sendable::<taskward::CancelHook>();
}

#[test]
fn the_error_converts_into_the_usual_error_types() {
    #[derive(Debug, thiserror::Error)]
    enum Own {
        #[error(transparent)]
        Interrupted(#[from] ContextError),
    }
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with("why");
    let error = ctx.check().unwrap_err();
    let limited = Context::background().with_timeout(Duration::ZERO).check().unwrap_err();
    assert_eq!(Own::from(error.clone()).to_string(), "cancelled: why");
    assert_eq!(anyhow::Error::from(error.clone()).to_string(), "cancelled: why");
    let other = io::Error::from(error);
    assert_ne!(other.kind(), io::ErrorKind::Interrupted, "which callers would retry");
    assert_eq!(io::Error::from(limited).kind(), io::ErrorKind::TimedOut);
    assert!(other.get_ref().unwrap().is::<ContextError>());
}

#[test]
fn background_never_ends() {
    let ctx = Context::background();
    assert!(!ctx.has_ended() && ctx.deadline().is_none() && ctx.remaining().is_none() && ctx.cause().is_none());
}
