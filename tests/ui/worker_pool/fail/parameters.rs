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

trait Handler {
    #[worker_pool]
    async fn without_body(_ctx: &Context, _item: u8);
}

fn main() {
    let ctx = Context::background();
    drop((no_item(&ctx), nothing(), borrowed_item(&ctx, Path::new("")), no_context(1, 2)));
    drop((borrowed_share(&ctx, 1, Path::new("")), context_behind_the_item(1, &ctx), Service.borrowed_self(&ctx, 1)));
}
