//! Options with invalid values.

use taskward::cancel_test;

async fn work() {}

#[cancel_test(max_points = 0)]
async fn no_points() {
    cancellable(work()).await;
}

#[cancel_test(max_points = 99_999_999_999)]
async fn too_many_points() {
    cancellable(work()).await;
}

#[cancel_test(timeout = 5)]
async fn no_unit() {
    cancellable(work()).await;
}

#[cancel_test(100)]
async fn positional() {
    cancellable(work()).await;
}

#[cancel_test(max_point = 5, natural = true, delays = 2)]
async fn unknown() {
    cancellable(work()).await;
}

#[cancel_test(by = accident)]
async fn unknown_way() {
    cancellable(work()).await;
}

#[cancel_test(by = [now, all])]
async fn a_set_in_a_list() {
    cancellable(work()).await;
}

#[cancel_test(by = [])]
async fn no_way() {
    cancellable(work()).await;
}

#[cancel_test(by = context)]
async fn without_a_context() {
    cancellable(work()).await;
}

#[taskward::cancel_test(allow(detached_task))]
async fn no_rules() {}

fn main() {}
