use taskward::Context;

#[taskward::main(gracee = "10s")]
async fn misspelt(_ctx: Context) {}

#[taskward::main("10s")]
async fn positional(_ctx: Context) {}

#[taskward::main(grace = 10)]
async fn no_unit(_ctx: Context) {}

#[taskward::main(grace = "10 parsecs")]
async fn no_such_unit(_ctx: Context) {}

#[taskward::main(grace = 10 + 1)]
async fn not_a_duration(_ctx: Context) {}

#[taskward::main(flavor = "single_thread")]
async fn flavor(_ctx: Context) {}

#[taskward::main(flavor = "current_thread", worker_threads = 2)]
async fn no_workers(_ctx: Context) {}

#[taskward::main(worker_threads = 0)]
async fn zero_workers(_ctx: Context) {}

#[taskward::main(worker_threads = "many")]
async fn not_a_number(_ctx: Context) {}

#[taskward::main(grace, flavor)]
async fn no_values(_ctx: Context) {}

fn main() {}
