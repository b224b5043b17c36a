//! `#[taskward::main]`.

use taskward::Context;

use super::{Result, by_reference, by_value};

#[taskward::main(grace = "5s", worker_threads = 1)]
async fn starts(ctx: Context) -> Result<u8> {
    by_reference(&ctx, 1).await
}

#[taskward::main(flavor = "current_thread")]
async fn starts_without_context() -> u8 {
    by_value(Context::current()).await;
    1
}

#[test]
fn main_works_too() -> Result<()> {
    assert_eq!(starts()?, 1);
    assert_eq!(starts_without_context(), 1);
    Ok(())
}
