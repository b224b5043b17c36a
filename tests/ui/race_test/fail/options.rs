use taskward::race_test;

#[race_test(delays = 0)]
async fn no_delays() {}

#[race_test(delays = 50, runs = 0)]
async fn absurd() {}

#[race_test(delays = "two", runs = -1)]
async fn no_numbers() {}

#[race_test(delay = 2)]
async fn misspelt() {}

#[race_test(flavor = "multi_thread", start_paused = true)]
async fn as_tokio_does() {}

#[race_test(timeout = 30, panics = never)]
async fn values() {}

#[race_test(2)]
async fn positional() {}

#[race_test(runs = 20.5, seed = 99999999999999999999)]
async fn numbers() {}

#[race_test(timeout = "0s", leaks = allow)]
async fn of_other_tests() {}

#[taskward::race_test(allow(detached_task))]
async fn no_rules() {}

fn main() {}
