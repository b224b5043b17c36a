//! Measures the instructions of a call that is ready at once, of one that is pending once, and of
//! the equivalents without taskward. One case per run, because valgrind counts the whole process:
//! run it with 10,000 and with 20,000 calls, and divide the difference by 10,000.
//! `runtime/benches/instructions.sh` does.

mod groups;

use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::mem;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context as Task, Poll, Waker};
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, once, retry, with_timeout};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

type Answer = Result<u64, ContextError>;

/// An error worth another attempt.
#[derive(Debug)]
struct Failed;

#[allow(clippy::unused_async, reason = "to compare with")]
async fn plain(_ctx: &Context, n: u64) -> Answer {
    Ok(black_box(n))
}

#[cancellable(allow(no_await))]
async fn cancelled(_ctx: &Context, n: u64) -> Answer {
    Ok(black_box(n))
}

#[cancellable(ambient, allow(no_await))]
async fn ambient(n: u64) -> Answer {
    Ok(black_box(n))
}

#[cancellable]
async fn nested(ctx: &Context, n: u64) -> Answer {
    cancelled(ctx, n).await
}

#[with_timeout("5s")]
async fn limited(n: u64) -> Answer {
    Ok(black_box(n))
}

#[with_timeout("5s")]
async fn derived(_ctx: &Context, n: u64) -> Answer {
    Ok(black_box(n))
}

#[cancellable]
async fn pending(_ctx: &Context, n: u64) -> Answer {
    let mut was_pending = false;
    poll_fn(|_| if mem::replace(&mut was_pending, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    Ok(black_box(n))
}

#[with_timeout("5s")]
async fn limited_later(n: u64) -> Answer {
    let mut was_pending = false;
    poll_fn(|_| if mem::replace(&mut was_pending, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    Ok(black_box(n))
}

#[with_timeout("5s")]
async fn derived_later(_ctx: &Context, n: u64) -> Answer {
    let mut was_pending = false;
    poll_fn(|_| if mem::replace(&mut was_pending, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    Ok(black_box(n))
}

#[allow(clippy::unused_async, reason = "to compare with")]
async fn attempted(_ctx: &Context, n: u64) -> Result<u64, Failed> {
    Ok(black_box(n))
}

#[retry(attempts = 5, backoff = "100ms..5s", allow(no_await))]
async fn retried(_ctx: &Context, n: u64) -> Result<u64, Failed> {
    Ok(black_box(n))
}

/// The equivalent without taskward.
async fn until_cancelled(token: &CancellationToken, n: u64) -> Answer {
    let mut was_pending = false;
    let later = poll_fn(|_| if mem::replace(&mut was_pending, true) { Poll::Ready(()) } else { Poll::Pending });
    token.run_until_cancelled(later).await.expect("nobody cancels it");
    Ok(black_box(n))
}

/// The equivalent without taskward, for a time limit.
async fn tokio_timeout(n: u64) -> Answer {
    let mut was_pending = false;
    let later = poll_fn(|_| if mem::replace(&mut was_pending, true) { Poll::Ready(()) } else { Poll::Pending });
    tokio::time::timeout(Duration::from_secs(5), later).await.expect("it is in time");
    Ok(black_box(n))
}

fn child(ctx: &Context) -> u64 {
    let (child, canceller) = ctx.with_cancel();
    drop((black_box(child), canceller));
    1
}

static LOCK: OnceLock<u64> = OnceLock::new();
static CELL: OnceCell<u64> = OnceCell::const_new();

#[inline(never)]
fn lock() -> &'static u64 {
    LOCK.get().unwrap()
}

#[once]
#[inline(never)]
fn once_plain() -> &'static u64 {
    black_box(7)
}

#[allow(clippy::unused_async, reason = "to compare with")]
async fn cell() -> Answer {
    Ok(*CELL.get().unwrap())
}

#[allow(clippy::unused_async, reason = "ready at once")]
#[once]
async fn once_static() -> Result<&'static u64, ContextError> {
    Ok(black_box(7))
}

async fn once_async() -> Answer {
    once_static().await.copied()
}

/// Polls a call twice.
#[inline(never)]
fn ready_later(task: &mut Task<'_>, call: impl Future<Output = Answer>) -> u64 {
    let mut call = pin!(call);
    assert!(call.as_mut().poll(task).is_pending());
    ready(task, call)
}

/// Polls a call that is ready.
#[inline(never)]
fn ready<E>(task: &mut Task<'_>, call: impl Future<Output = Result<u64, E>>) -> u64 {
    match pin!(call).poll(task) {
        Poll::Ready(Ok(n)) => n,
        _ => unreachable!("the call is ready, and nothing interrupts it"),
    }
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let Some(case) = args.next() else { return };
    let calls = args.next().and_then(|calls| calls.parse().ok()).unwrap_or(10_000);
    let (ctx, _canceller) = Context::background().with_cancel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    if groups::run(&runtime, &ctx, &case, calls) {
        return;
    }
    let _entered = runtime.enter();
    let token = CancellationToken::new();
    let task = &mut Task::from_waker(Waker::noop());
    LOCK.get_or_init(|| 7);
    CELL.set(7).expect("it is new");
    let mut sum = *once_plain() + ready(task, once_async());
    for n in 0..calls {
        sum += match case.as_str() {
            "plain" => ready(task, plain(&ctx, n)),
            "once_lock" => *lock(),
            "once" => *once_plain(),
            "once_cell" => ready(task, cell()),
            "once_async" => ready(task, once_async()),
            "cancellable" => ready(task, cancelled(&ctx, n)),
            "ambient" => ready(task, ambient(n)),
            "nested" => ready(task, nested(&ctx, n)),
            "pending" => ready_later(task, pending(&ctx, n)),
            "run" => ready(task, async { ctx.run(plain(&ctx, n)).await? }),
            "with_timeout" => ready(task, limited(n)),
            "with_timeout_and_context" => ready(task, derived(&ctx, n)),
            "pending_with_timeout" => ready_later(task, limited_later(n)),
            "pending_with_timeout_and_context" => ready_later(task, derived_later(&ctx, n)),
            "run_until_cancelled" => ready_later(task, until_cancelled(&token, n)),
            "tokio_timeout" => ready_later(task, tokio_timeout(n)),
            "attempt" => ready(task, attempted(&ctx, n)),
            "retry" => ready(task, retried(&ctx, n)),
            "child" => child(&ctx),
            "child_token" => {
                drop(black_box(token.child_token()));
                1
            }
            _ => unreachable!("no such case"),
        };
    }
    black_box(sum);
}
