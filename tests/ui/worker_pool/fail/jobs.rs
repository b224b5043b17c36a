use taskward::{Context, worker_pool};

#[worker_pool(jobs = "")]
async fn no_name(_ctx: &Context, _item: u8) {}

#[worker_pool(jobs = 7)]
async fn number(_ctx: &Context, _item: u8) {}

#[worker_pool(jobs)]
async fn no_value(_ctx: &Context, _item: u8) {}

#[worker_pool(attempts = 5)]
async fn attempts_without_jobs(_ctx: &Context, _item: u8) {}

#[worker_pool(backoff = "1s..1m", lease = "30s")]
async fn pauses_without_jobs(_ctx: &Context, _item: u8) {}

fn main() {}
