//! A half-typed item is kept.

use taskward::cancel_test;

#[cancel_test]
async fn half_typed() {
    let done = cancellable(std::future::ready(7)).await;
    done.
}

fn main() {}
