use taskward::{Context, worker_pool};

#[worker_pool(workers = 8)]
async fn number(_ctx: &Context, item: u8) -> u8 {
    item
}

#[worker_pool(workers = 8)]
fn blocking(_ctx: &Context, item: u8) -> u8 {
    item
}

#[worker_pool(workers = 8, on_error = collect)]
async fn collect(_ctx: &Context, item: u8) -> u8 {
    item
}

#[worker_pool(workers = 8, local)]
async fn local(_ctx: &Context, item: u8) -> u8 {
    item
}

#[worker_pool(workers = 8, stream)]
async fn streamed(_ctx: &Context, item: u8) -> u8 {
    item
}

#[worker_pool(workers = 8, stream, local)]
async fn streamed_locally(_ctx: &Context, item: u8) -> u8 {
    item
}

struct Custom;

#[worker_pool(workers = 8)]
async fn custom(_ctx: &Context, item: u8) -> Result<u8, Custom> {
    if item > 0 { Ok(item) } else { Err(Custom) }
}

fn main() {
    let ctx = Context::background();
    drop((number(&ctx, 1), blocking(&ctx, 1), collect(&ctx, 1), custom(&ctx, 1)));
    drop((local(&ctx, 1), streamed(&ctx, 1), streamed_locally(&ctx, 1)));
}
