//! While it is being written, the item stays.

use taskward::cancel_test;

#[cancel_test]
async fn half_typed() {
    let done = cancellable(std::future::ready(7)).await;
    done.
}

fn main() {}
