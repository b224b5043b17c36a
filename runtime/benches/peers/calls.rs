//! A single call: interrupted by a context, by a limit, or by nothing.

use std::hint::black_box;
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, with_timeout};
use tokio_util::sync::CancellationToken;

use crate::harness::{Effort, PendingOnce, contestant, drive, medians, rows, rows_over_first, waker};

type Answer = Result<u64, ContextError>;

#[derive(Debug)]
struct Cancelled;

mod plain {
    use super::{Answer, Context, PendingOnce, black_box};

    pub(super) async fn ready(_ctx: &Context, n: u64) -> Answer {
        Ok(black_box(n))
    }

    pub(super) async fn pending(_ctx: &Context, n: u64) -> Answer {
        PendingOnce::default().await;
        Ok(black_box(n))
    }

    pub(super) async fn ready_body(n: u64) -> u64 {
        black_box(n)
    }

    pub(super) async fn pending_body(n: u64) -> u64 {
        PendingOnce::default().await;
        black_box(n)
    }
}

mod taskward_ {
    use super::{Answer, Context, PendingOnce, black_box, cancellable, with_timeout};

    #[cancellable(allow(no_await))]
    pub(super) async fn ready(_ctx: &Context, n: u64) -> Answer {
        Ok(black_box(n))
    }

    #[cancellable]
    pub(super) async fn pending(_ctx: &Context, n: u64) -> Answer {
        PendingOnce::default().await;
        Ok(black_box(n))
    }

    #[with_timeout("5s")]
    pub(super) async fn limited_ready(n: u64) -> Answer {
        Ok(black_box(n))
    }

    #[with_timeout("5s")]
    pub(super) async fn limited_pending(n: u64) -> Answer {
        PendingOnce::default().await;
        Ok(black_box(n))
    }

    #[with_timeout("5s")]
    pub(super) async fn derived_ready(_ctx: &Context, n: u64) -> Answer {
        Ok(black_box(n))
    }

    #[with_timeout("5s")]
    pub(super) async fn derived_pending(_ctx: &Context, n: u64) -> Answer {
        PendingOnce::default().await;
        Ok(black_box(n))
    }
}

async fn select(token: &CancellationToken, body: impl Future<Output = u64>) -> Result<u64, Cancelled> {
    tokio::select! {
        () = token.cancelled() => Err(Cancelled),
        value = body => Ok(value),
    }
}

async fn until_cancelled(token: &CancellationToken, body: impl Future<Output = u64>) -> Result<u64, Cancelled> {
    token.run_until_cancelled(body).await.ok_or(Cancelled)
}

async fn timeout(body: impl Future<Output = u64>) -> Result<u64, Cancelled> {
    tokio::time::timeout(Duration::from_secs(5), body).await.map_err(|_| Cancelled)
}

/// Calls a number of times, and uses each result.
macro_rules! repeat {
    ($waker:ident, $n:ident => $call:expr) => {
        |times| {
            for $n in 0..u64::from(times) {
                drive(&$waker, $call).unwrap();
            }
        }
    };
}

pub(crate) fn ready(effort: Effort) {
    let (waker, token) = (waker(), CancellationToken::new());
    let (ctx, _canceller) = Context::background().with_cancel();
    let mut contestants = [
        contestant("plain `async fn`", repeat!(waker, n => plain::ready(&ctx, n))),
        contestant("`#[cancellable]`", repeat!(waker, n => taskward_::ready(&ctx, n))),
        contestant(
            "`CancellationToken::run_until_cancelled`",
            repeat!(waker, n => until_cancelled(&token, plain::ready_body(n))),
        ),
        contestant(
            "`tokio::select!` and `CancellationToken`",
            repeat!(waker, n => select(&token, plain::ready_body(n))),
        ),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("(a) a cancellable call, ready at once", &contestants, &figures);
}

pub(crate) fn pending_once(effort: Effort) {
    let (waker, token) = (waker(), CancellationToken::new());
    let (ctx, _canceller) = Context::background().with_cancel();
    let mut contestants = [
        contestant("plain `async fn`", repeat!(waker, n => plain::pending(&ctx, n))),
        contestant(
            "`CancellationToken::run_until_cancelled`",
            repeat!(waker, n => until_cancelled(&token, plain::pending_body(n))),
        ),
        contestant("`#[cancellable]`", repeat!(waker, n => taskward_::pending(&ctx, n))),
        contestant(
            "`tokio::select!` and `CancellationToken`",
            repeat!(waker, n => select(&token, plain::pending_body(n))),
        ),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows_over_first("(b) the same, pending once: what it adds to the plain call", &contestants, &figures);
}

pub(crate) fn limited(effort: Effort) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _runtime = runtime.enter();
    let waker = waker();
    let (ctx, _canceller) = Context::background().with_cancel();
    let mut contestants = [
        contestant("`tokio::time::timeout`", repeat!(waker, n => timeout(plain::ready_body(n)))),
        contestant("`#[with_timeout]`", repeat!(waker, n => taskward_::limited_ready(n))),
        contestant("`#[with_timeout]` with a context", repeat!(waker, n => taskward_::derived_ready(&ctx, n))),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("(c) a call with a time limit, ready at once", &contestants, &figures);

    let mut contestants = [
        contestant("`tokio::time::timeout`", repeat!(waker, n => timeout(plain::pending_body(n)))),
        contestant("`#[with_timeout]`", repeat!(waker, n => taskward_::limited_pending(n))),
        contestant("`#[with_timeout]` with a context", repeat!(waker, n => taskward_::derived_pending(&ctx, n))),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("(c) the same, pending once", &contestants, &figures);
}

pub(crate) fn children(effort: Effort) {
    let token = CancellationToken::new();
    let (ctx, _canceller) = Context::background().with_cancel();
    let mut contestants = [
        contestant("`CancellationToken::child_token`", |times| {
            for _ in 0..times {
                drop(black_box(black_box(&token).child_token()));
            }
        }),
        contestant("`Context::with_cancel`", |times| {
            for _ in 0..times {
                drop(black_box(black_box(&ctx).with_cancel()));
            }
        }),
    ];
    let figures = medians(effort.rounds, effort.calls, &mut contestants);
    rows("(d) a child context, created and dropped", &contestants, &figures);
}
