//! Runs a scenario once for each of its suspensions.

use std::future::{Future, poll_fn};
use std::pin::pin;

use taskward::Context;

/// Runs `scenario` once to count its suspensions, then once for each, with a context that is
/// cancelled there, and once with an ended context. `check` receives every result. Returns the
/// number of suspensions.
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

/// Drops the whole scenario at each suspension. `check` inspects the state that is left.
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
