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

#[worker_pool(stream, queue = 0)]
async fn no_queue(_ctx: &Context, _item: u8) {}

#[worker_pool(stream, queue = "long")]
async fn text_queue(_ctx: &Context, _item: u8) {}

#[worker_pool(queue = 8)]
async fn queue_without_stream(_ctx: &Context, _item: u8) {}

#[worker_pool(order = random)]
async fn unknown_order(_ctx: &Context, _item: u8) {}

#[worker_pool(unordered)]
async fn another_word(_ctx: &Context, _item: u8) {}

#[worker_pool(stream = true)]
async fn flag_with_value(_ctx: &Context, _item: u8) {}

#[worker_pool(progress = "report")]
async fn quoted_progress(_ctx: &Context, _item: u8) {}

#[worker_pool(progress)]
async fn no_progress(_ctx: &Context, _item: u8) {}

#[worker_pool(local, local)]
async fn twice_local(_ctx: &Context, _item: u8) {}

#[worker_pool(local)]
fn local_and_blocking(_ctx: &Context, _item: u8) {}

#[worker_pool(local, stream, queue = 0, order = random, on_error = ignore)]
fn all_at_once(_ctx: &Context, _item: u8) {}

fn main() {
    let ctx = Context::background();
    // No error follows from those above: the pools exist.
    drop((zero_all(&ctx, [1]), negative_all(&ctx, [1]), text_all(&ctx, [1]), no_value_all(&ctx, [1])));
    drop((positional_all(&ctx, [1]), misspelt_all(&ctx, [1]), twice_all(&ctx, [1]), unknown_policy_all(&ctx, [1])));
    drop((queue_without_stream_all(&ctx, [1]), unknown_order_all(&ctx, [1]), another_word_all(&ctx, [1])));
    drop((flag_with_value_all(&ctx, [1]), quoted_progress_all(&ctx, [1]), no_progress_all(&ctx, [1])));
    drop((twice_local_all(&ctx, [1]), local_and_blocking_all(&ctx, [1])));
    drop((no_queue_all(&ctx, futures::stream::iter([1])), text_queue_all(&ctx, futures::stream::iter([1]))));
    drop(all_at_once_all(&ctx, futures::stream::iter([1])));
    drop((extra_all(&ctx, [1]), fraction_all(&ctx, [1]), quoted_name(&ctx, 1)));
}
