//! `linger`, `merge`, typed causes, and conversions to other types.

use std::error::Error;
use std::future::pending;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use taskward::{Context, ContextError, with_timeout};
use tokio::time::{Instant, advance};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the client went away")]
struct ClientGone;

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
struct DiskFull(#[source] std::io::Error);

#[tokio::test(start_paused = true)]
async fn a_lingering_context_ends_so_long_after_the_first_one() {
    for waits_before in [false, true] {
        let (service, canceller) = Context::background().with_value(7).with_cancel();
        let drain = service.linger(5 * SECOND);
        let (request, _request_canceller) = drain.with_cancel();
        assert_eq!((request.deadline(), request.value()), (None, Some(&7)));
        let mut waiting = Box::pin(request.run(pending::<()>()));
        if waits_before {
            assert!(futures::poll!(waiting.as_mut()).is_pending());
        }
        advance(SECOND).await;
        canceller.cancel_with("SIGTERM");
        let start = Instant::now();
        assert!(request.check().is_ok());
        assert_eq!(request.deadline(), Some(start + 5 * SECOND));
        advance(SECOND).await;
        let error = waiting.await.unwrap_err();
        assert_eq!(start.elapsed(), 5 * SECOND);
        assert_eq!(error.to_string(), "deadline exceeded: the time limit of 5s passed");
        assert!(drain.has_ended());
    }
}

#[tokio::test(start_paused = true)]
async fn a_lingering_context_starts_its_clock_at_the_end_and_not_at_a_look() {
    let (service, canceller) = Context::background().with_cancel();
    let (below, _canceller) = service.with_cancel();
    let drain = below.linger(5 * SECOND);
    canceller.cancel();
    let start = Instant::now();
    advance(3 * SECOND).await;
    assert_eq!(drain.deadline(), Some(start + 5 * SECOND));
    let late = below.linger(SECOND);
    assert!(late.has_ended(), "the end was three seconds ago");
    advance(3 * SECOND).await;
    assert!(drain.has_ended());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_lingered_after_as_well() {
    let drain = Context::background().with_timeout(SECOND).linger(2 * SECOND);
    let start = Instant::now();
    assert!(drain.cancelled().await.is_deadline_exceeded());
    assert_eq!(start.elapsed(), 3 * SECOND);
    let longer = Context::background().with_timeout(SECOND).linger(SECOND).linger(SECOND);
    let start = Instant::now();
    longer.cancelled().await;
    assert_eq!(start.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_hook_on_a_lingering_context_runs_at_its_end() {
    let (service, canceller) = Context::background().with_cancel();
    let drain = service.linger(SECOND);
    let (out, mut ran) = tokio::sync::oneshot::channel();
    let _hook = drain.on_cancel(move |why| out.send(why).unwrap());
    canceller.cancel();
    tokio::task::yield_now().await;
    assert!(ran.try_recv().is_err());
    let start = Instant::now();
    assert!(ran.await.unwrap().is_deadline_exceeded());
    assert_eq!(start.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_unused_lingering_context_leaves_no_task() {
    let (service, canceller) = Context::background().with_cancel();
    let drain = service.linger(3600 * SECOND);
    let mut waiting = Box::pin(drain.cancelled());
    assert!(futures::poll!(waiting.as_mut()).is_pending());
    canceller.cancel();
    tokio::task::yield_now().await;
    drop(waiting);
    drop(drain);
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn merged_contexts_end_with_the_first_of_them() {
    for first in [true, false] {
        for waits in [true, false] {
            let (one, cancel_one) = Context::background().with_value(1).with_value("one").with_cancel();
            let (other, cancel_other) = Context::background().with_value(2).with_value('c').with_cancel();
            let both = one.merge(&other);
            let (below, _canceller) = both.with_cancel();
            assert_eq!((below.value(), below.value(), below.value()), (Some(&1), Some(&"one"), Some(&'c')));
            let mut waiting = Box::pin(below.cancelled());
            if waits {
                assert!(futures::poll!(waiting.as_mut()).is_pending());
            }
            if first {
                cancel_one.cancel_with("one");
            } else {
                cancel_other.cancel_with("other");
            }
            let expected = if first { "cancelled: one" } else { "cancelled: other" };
            assert_eq!(both.check().unwrap_err().to_string(), expected);
            assert_eq!(waiting.await.to_string(), expected);
            assert!(if first { other.check().is_ok() } else { one.check().is_ok() });
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_merged_context_has_the_earlier_deadline() {
    let start = Instant::now();
    let (one, other) = (Context::background().with_timeout(3 * SECOND), Context::background().with_timeout(2 * SECOND));
    for both in [one.merge(&other), other.merge(&one)] {
        assert_eq!(both.deadline(), Some(start + 2 * SECOND));
        assert_eq!(both.clone().into_cancelled().await.to_string(), "deadline exceeded: the time limit of 2s passed");
        assert_eq!(start.elapsed(), 2 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn a_merged_context_lingers_with_either() {
    let (service, canceller) = Context::background().with_cancel();
    let (request, _gone) = Context::background().with_cancel();
    let both = request.merge(&service.linger(SECOND));
    canceller.cancel();
    let start = Instant::now();
    both.cancelled().await;
    assert_eq!(start.elapsed(), SECOND);
}

#[test]
fn merging_with_an_ended_context_makes_an_ended_one() {
    let (ended, canceller) = Context::background().with_cancel();
    canceller.cancel_with("before");
    let (live, _canceller) = Context::background().with_cancel();
    for both in [ended.merge(&live), live.merge(&ended), Context::background().merge(&ended)] {
        assert_eq!(both.check().unwrap_err().to_string(), "cancelled: before");
    }
    assert!(live.merge(&live) == live && live.merge(&Context::background()) == live);
}

#[test]
fn a_hundred_thousand_merged_contexts_are_ended_and_dropped_without_recursion() {
    crate::support::with_small_stack(|| {
        let (root, canceller) = Context::background().with_cancel();
        let mut contexts = vec![root];
        for _ in 0..10_000 {
            let next = Context::background().with_cancel().0.detach().merge(&contexts[contexts.len() - 1]);
            let (other, disarmed) = Context::background().with_cancel();
            disarmed.disarm();
            contexts.push(other.merge(&next));
        }
        canceller.cancel_with("end");
        assert!(contexts.iter().all(Context::has_ended));
    });
}

#[test]
fn a_cause_keeps_its_type() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with(ClientGone);
    let (child, _canceller) = ctx.with_cancel();
    assert_eq!(child.cause().unwrap().downcast_ref::<ClientGone>(), Some(&ClientGone));
    let limited = Context::background().with_timeout_cause(Duration::ZERO, ClientGone);
    assert_eq!(limited.cause().unwrap().downcast_ref::<ClientGone>(), Some(&ClientGone));
    let error = limited.check().unwrap_err();
    assert!(error.is_deadline_exceeded());
    assert_eq!(error.to_string(), "deadline exceeded: the client went away");
    let at = Context::background().with_deadline_cause(Instant::now(), ClientGone);
    assert_eq!(at.check().unwrap_err().to_string(), "deadline exceeded: the client went away");
}

#[test]
fn a_printed_chain_says_each_fact_once() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with(DiskFull(std::io::Error::other("ENOSPC")));
    let error = anyhow::Error::from(ctx.check().unwrap_err());
    assert_eq!(format!("{error:#}"), "cancelled: the disk is full: ENOSPC");
    let limited = Context::background().with_timeout(Duration::ZERO);
    let error = anyhow::Error::from(limited.check().unwrap_err());
    assert_eq!(format!("{error:#}"), "deadline exceeded: the time limit of 0ns passed");
}

#[test]
fn an_interruption_is_found_in_any_error() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with("end");
    let why = || ctx.check().unwrap_err();
    let boxed: Box<dyn Error + Send + Sync> = why().into();
    let io = std::io::Error::from(why());
    let nested = anyhow::Error::from(std::io::Error::other(std::io::Error::from(why()))).context("while reading");
    for error in [boxed.as_ref() as &(dyn Error + 'static), &io, nested.as_ref()] {
        assert_eq!(ContextError::find(error).unwrap().to_string(), "cancelled: end");
    }
    assert!(ContextError::find(&std::io::Error::other("else")).is_none());
}

#[test]
fn clones_of_a_context_are_equal() {
    let (ctx, _canceller) = Context::background().with_cancel();
    let clone = ctx.clone();
    assert!(ctx == clone && Context::background() == Context::default());
    assert!(ctx != ctx.with_value(1) && ctx != ctx.with_cancel().0 && ctx != Context::background());
}

#[test]
fn the_debug_form_of_a_context_is_one_word() {
    let (ctx, canceller) = Context::background().with_cancel();
    assert_eq!(format!("{ctx:?} {ctx:#?}"), "live live");
    canceller.cancel_with("a long story");
    assert_eq!(format!("{ctx:?}"), "cancelled");
    assert_eq!(format!("{:?}", Context::background().with_timeout(Duration::ZERO)), "expired");
}

#[test]
fn contexts_and_errors_are_unwind_safe_and_a_limited_call_is_sync() {
    #[with_timeout("5s")]
    async fn limited(n: u8) -> Result<u8, ContextError> {
        std::future::ready(()).await;
        Ok(n)
    }
    fn unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
    fn sync<T: Send + Sync>(_: &T) {}
    unwind_safe::<Context>();
    unwind_safe::<ContextError>();
    sync(&limited(1));
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_the_end_can_be_selected_again_and_again() {
    use futures::future::FusedFuture;
    let (ctx, canceller) = Context::background().with_cancel();
    let mut ended = ctx.clone().into_cancelled();
    assert!(!ended.is_terminated());
    canceller.cancel();
    assert!((&mut ended).await.is_cancelled());
    assert!(ended.is_terminated());
    assert!(tokio::spawn(ctx.into_cancelled()).await.unwrap().is_cancelled());
}

#[cfg(feature = "tokio-util")]
#[tokio::test(start_paused = true)]
async fn a_token_follows_its_context_and_cannot_end_it() {
    let (ctx, canceller) = Context::background().with_cancel();
    let (one, other) = (ctx.to_token(), ctx.to_token());
    one.cancel();
    assert!(ctx.check().is_ok() && !other.is_cancelled());
    canceller.cancel();
    assert!(other.is_cancelled());
    assert!(ctx.to_token().is_cancelled());
    let limited = Context::background().with_timeout(SECOND).to_token();
    let start = Instant::now();
    limited.cancelled().await;
    assert_eq!(start.elapsed(), SECOND);
    assert!(!Context::background().to_token().is_cancelled());
}
