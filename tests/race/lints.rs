//! Race tests compile without warnings under strict lints.
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

use std::sync::Arc;

use taskward::{Context, ContextError, TaskGroup, race_test};
use tokio::sync::Mutex;
use tokio::task::{JoinSet, yield_now};

#[race_test]
async fn nothing() {
    yield_now().await;
}

#[race_test(delays = 1, runs = 10, timeout = "5s", seed = 3, max_polls = 1_000, panics = allow)]
async fn options(ctx: Context) -> Result<(), ContextError> {
    ctx.checkpoint().await?;
    yield_now().await;
    Ok(())
}

#[race_test]
async fn unused(_: &Context) {
    yield_now().await;
}

#[race_test]
async fn tasks(ctx: &Context) {
    let sum = Arc::new(Mutex::new(0));
    let add = |number| {
        let sum = Arc::clone(&sum);
        async move { *sum.lock().await += number }
    };
    let mut set = JoinSet::new();
    set.spawn(add(1));
    tokio::spawn(add(2)).await.unwrap();
    tokio::task::spawn_local(add(3)).await.unwrap();
    drop(tokio::spawn(async {}));
    let group = TaskGroup::<()>::new(ctx);
    drop(group.spawn(|_ctx| add(4)));
    group.join().await;
    while let Some(done) = set.join_next().await {
        done.unwrap();
    }
    assert_eq!(*sum.lock().await, 10, "after {}", *sum.lock().await);
}
