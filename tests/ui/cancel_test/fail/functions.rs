//! Functions that cannot be a cancel test.

use taskward::{Context, cancel_test};

#[cancel_test]
fn not_async() {}

#[cancel_test]
async fn nothing_is_marked() {
    assert!(true);
}

#[cancel_test]
async fn more_arguments(ctx: Context, n: u8) {
    cancellable(ctx.cancelled()).await;
}

#[cancel_test]
struct NotAFunction;

fn main() {}
