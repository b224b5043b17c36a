//! Tasks that block a thread.

use std::future::{Future, poll_fn};
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::AcqRel;
use std::task::Poll;

use tokio::task::spawn_blocking;

use crate::context::Context;
use crate::context::call::scope;
use crate::outcome::Outcome;
use crate::span::Span;
use crate::test_hooks;

/// Runs `task` on a thread of the blocking pool. A started task is waited for: it must check `ctx`
/// and return by itself.
pub(super) async fn run_blocking<R: Outcome + Send + 'static>(
    ctx: Context,
    task: impl FnOnce(Context) -> R + Send + 'static,
) -> R {
    // Set by the starting thread or by the end of the context, whichever is first.
    let is_decided = Arc::new(AtomicBool::new(false));
    let mut task = {
        let (ctx, span, is_decided) = (ctx.clone(), Span::current(), is_decided.clone());
        spawn_blocking(move || {
            span.in_scope(|| {
                if is_decided.swap(true, AcqRel) {
                    return R::interrupted(ctx.why());
                }
                match ctx.check() {
                    Ok(()) => scope::with_context(&ctx, || task(ctx.clone())),
                    Err(why) => R::interrupted(why),
                }
            })
        })
    };
    let cancelled = pin!(ctx.cancelled());
    let mut end = Some(cancelled);
    let result = ctx.shield(poll_fn(|waker| {
        if let Poll::Ready(result) = Pin::new(&mut task).poll(waker) {
            return Poll::Ready(Some(result));
        }
        if end.as_mut().is_some_and(|end| end.as_mut().poll(waker).is_ready()) {
            end = None;
            if !is_decided.swap(true, AcqRel) {
                return Poll::Ready(None);
            }
        }
        Poll::Pending
    }));
    let error = match result.await {
        Some(Ok(result)) => return result,
        Some(Err(error)) => error,
        // The task never started.
        None => return R::interrupted(ctx.why()),
    };
    test_hooks::joined(&error);
    match error.try_into_panic() {
        Ok(payload) => resume_unwind(payload),
        // The runtime is shutting down.
        Err(_) => R::interrupted(ctx.why()),
    }
}
