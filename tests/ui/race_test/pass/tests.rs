//! Checks the expansion only: without a harness, the tests and their helpers are unused.
#![allow(unused_imports, dead_code)]

use std::io;

use taskward::{Context, race_test};
use tokio::sync::Mutex;

#[race_test]
async fn plain() {
    tokio::task::yield_now().await;
}

/// Documented.
#[race_test(delays = 1, runs = 100, timeout = "5s", seed = 1, max_polls = 1_000, panics = allow)]
#[ignore = "is compiled only, without a harness: cargo test -p taskward-tests --all-features --test ui"]
async fn with_options(ctx: Context) -> io::Result<()> {
    ctx.checkpoint().await.map_err(io::Error::from)
}

const RUNS: usize = 10;

#[race_test(runs = RUNS * 2, real_time)]
#[should_panic(expected = "wrong")]
async fn computed(_: &Context) -> Result<(), Box<dyn std::error::Error>> {
    let lock = Mutex::new(vec![1]);
    lock.lock().await.push(2);
    while let Some(number) = lock.lock().await.pop() {
        if number == 1 {
            return Err("wrong".into());
        }
    }
    Ok(())
}

fn main() {}
