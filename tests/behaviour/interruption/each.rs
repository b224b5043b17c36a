//! Every suspension point of a scenario, one after the other.

use std::future::{Future, poll_fn};
use std::pin::pin;

use taskward::Context;

/// Runs `scenario` once to count its suspensions, and then once for each, with a context that is
/// cancelled there, and once with one that has ended before. `check` sees every result. Returns how
/// many suspensions there are.
pub(crate) async fn cancel_at_each_suspension<F: Future>(
    scenario: impl Fn(Context) -> F,
    check: impl Fn(F::Output),
) -> usize {
    let (output, total) = run(&scenario, None).await;
    check(output);
    for at in 0..=total {
        check(run(&scenario, Some(at)).await.0);
    }
    total
}

/// The same, but the whole scenario is dropped there: `check` sees what is left behind.
pub(crate) async fn drop_at_each_suspension<F: Future>(scenario: impl Fn(Context) -> F, check: impl Fn()) {
    let (_, total) = run(&scenario, None).await;
    for at in 1..=total {
        let mut suspensions = 0;
        let mut future = Box::pin(scenario(Context::background()));
        poll_fn(|task| {
            if future.as_mut().poll(task).is_pending() {
                suspensions += 1;
            }
            if suspensions == at { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        drop(future);
        check();
    }
}

async fn run<F: Future>(scenario: impl Fn(Context) -> F, cancel_at: Option<usize>) -> (F::Output, usize) {
    let (ctx, canceller) = Context::background().with_cancel();
    if cancel_at == Some(0) {
        canceller.cancel();
    }
    let mut suspensions = 0;
    let mut future = pin!(scenario(ctx));
    let output = poll_fn(|task| {
        let polled = future.as_mut().poll(task);
        if polled.is_pending() {
            suspensions += 1;
            if cancel_at == Some(suspensions) {
                canceller.cancel_with("at this suspension");
            }
        }
        polled
    })
    .await;
    (output, suspensions)
}
