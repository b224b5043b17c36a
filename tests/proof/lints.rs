//! Cancel tests compile without warnings under strict lints.
#![deny(
    warnings,
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    rust_2018_idioms,
    unused,
    unreachable_pub,
    let_underscore_drop,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    missing_debug_implementations,
    trivial_casts,
    trivial_numeric_casts
)]

use taskward::{Context, ContextError, cancel_test};
use tokio::task::yield_now;

#[cancel_test]
async fn plain() {
    _ = cancellable(yield_now()).await;
}

#[cancel_test(max_points = 5, timeout = "5s", max_polls = 1_000, natural)]
async fn options(ctx: Context) -> Result<(), ContextError> {
    if cancellable(yield_now()).await.is_none() {
        yield_now().await;
    }
    ctx.check()
}

#[cancel_test]
async fn unused(_: &Context) {
    let done = cancellable(yield_now()).await;
    assert!(matches!(done, None | Some(())));
}
