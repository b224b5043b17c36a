use taskward::{Context, worker_pool};

#[worker_pool(workers = 0)]
async fn zero(_ctx: &Context, _item: u8) {}

#[worker_pool(workers = -1)]
async fn negative(_ctx: &Context, _item: u8) {}

#[worker_pool(workers = "many")]
async fn text(_ctx: &Context, _item: u8) {}

#[worker_pool(workers)]
async fn no_value(_ctx: &Context, _item: u8) {}

#[worker_pool(8)]
async fn positional(_ctx: &Context, _item: u8) {}

#[worker_pool(worker = 8)]
async fn misspelt(_ctx: &Context, _item: u8) {}

#[worker_pool(workers = 8, workers = 9)]
async fn twice(_ctx: &Context, _item: u8) {}

#[worker_pool(on_error = ignore)]
async fn unknown_policy(_ctx: &Context, _item: u8) {}

#[worker_pool(name = "resize")]
async fn quoted_name(_ctx: &Context, _item: u8) {}

#[worker_pool(workers = 8, 9)]
async fn extra(_ctx: &Context, _item: u8) {}

#[worker_pool(workers = 1.5)]
async fn fraction(_ctx: &Context, _item: u8) {}

fn main() {
    let ctx = Context::background();
    // No error that follows from those above: the pools are there.
    drop((zero_all(&ctx, [1]), negative_all(&ctx, [1]), text_all(&ctx, [1]), no_value_all(&ctx, [1])));
    drop((positional_all(&ctx, [1]), misspelt_all(&ctx, [1]), twice_all(&ctx, [1]), unknown_policy_all(&ctx, [1])));
    drop((extra_all(&ctx, [1]), fraction_all(&ctx, [1]), quoted_name(&ctx, 1)));
}
