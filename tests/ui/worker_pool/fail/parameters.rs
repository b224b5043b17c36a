use std::path::Path;

use taskward::{Context, worker_pool};

#[worker_pool]
async fn no_item(_ctx: &Context) {}

#[worker_pool]
async fn nothing() {}

#[worker_pool]
async fn borrowed_item(_ctx: &Context, _item: &Path) {}

#[worker_pool]
async fn borrowed_share(_ctx: &Context, _item: u8, _shared: &Path) {}

#[worker_pool]
async fn context_behind_the_item(_item: u8, _ctx: &Context) {}

#[worker_pool]
async fn no_context(_item: u8, _other: u8) {}

struct Service;

impl Service {
    #[worker_pool]
    async fn borrowed_self(&self, _ctx: &Context, _item: u8) {}
}

impl Service {
    #[worker_pool(local)]
    async fn exclusive_self(&mut self, _ctx: &Context, _item: u8) {}

    #[worker_pool(local)]
    async fn consumed_self(self, _ctx: &Context, _item: u8) {}
}

#[worker_pool(local)]
async fn exclusive_share(_ctx: &Context, _item: &mut u8, _shared: &mut Vec<u8>) {}

#[worker_pool(stream)]
async fn streamed_borrow(_ctx: &Context, _item: &str) {}

trait Handler {
    #[worker_pool]
    async fn without_body(_ctx: &Context, _item: u8);
}

#[worker_pool]
async unsafe fn not_safe(_ctx: &Context, _item: u8) {}

#[worker_pool]
extern "C" fn foreign(_ctx: &Context, _item: u8) {}

#[worker_pool]
unsafe extern "C" fn both(_ctx: &Context, _item: u8) {}

#[worker_pool]
const fn early(_ctx: &Context, _item: u8) {}

fn main() {
    let ctx = Context::background();
    drop((no_item(&ctx), nothing(), borrowed_item(&ctx, Path::new("")), no_context(1, 2)));
    drop((exclusive_share(&ctx, &mut 1, &mut vec![]), streamed_borrow(&ctx, "")));
    drop((Service.exclusive_self(&ctx, 1), Service.consumed_self(&ctx, 1)));
    drop((borrowed_share(&ctx, 1, Path::new("")), context_behind_the_item(1, &ctx), Service.borrowed_self(&ctx, 1)));
}
