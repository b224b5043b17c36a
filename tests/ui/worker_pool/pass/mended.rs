//! The fixtures of `fail` with the helps followed.
#![allow(dead_code)]

use std::fmt::Display;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use taskward::{Context, ContextError, Progress, worker_pool};

mod options {
    use taskward::{Context, worker_pool};

    #[worker_pool(workers = 8)]
    pub async fn positional(_ctx: &Context, _item: u8) {}

    #[worker_pool(on_error = collect)]
    pub async fn unknown_policy(_ctx: &Context, _item: u8) {}

    #[worker_pool(name = other_name)]
    pub async fn quoted_name(_ctx: &Context, _item: u8) {}

    #[worker_pool(workers = std::cmp::max(1, 2))]
    pub async fn fraction(_ctx: &Context, _item: u8) {}

    const ITEMS: usize = 16;

    #[worker_pool(stream, queue = ITEMS)]
    pub async fn text_queue(_ctx: &Context, _item: u8) {}

    #[worker_pool]
    pub async fn queue_without_stream(_ctx: &Context, _item: u8) {}

    #[worker_pool(order = completion)]
    pub async fn unknown_order(_ctx: &Context, _item: u8) {}

    #[worker_pool(stream)]
    pub async fn flag_with_value(_ctx: &Context, _item: u8) {}

    #[worker_pool(progress = super::report)]
    pub async fn quoted_progress(_ctx: &Context, _item: u8) {}

    #[worker_pool(local)]
    pub async fn local_and_blocking(_ctx: &Context, _item: u8) {}
}

fn report(progress: Progress) {
    println!("{progress:?}");
}

#[worker_pool]
async fn no_item(_ctx: &Context, item: PathBuf) {
    drop(item);
}

#[worker_pool]
async fn borrowed_item(_ctx: &Context, _item: String) {}

#[worker_pool]
async fn borrowed_share(_ctx: &Context, _item: u8, _shared: Arc<u8>) {}

#[worker_pool(local)]
async fn of_one_thread(ctx: &Context, item: Rc<u8>) -> Result<u8, ContextError> {
    ctx.checkpoint().await?;
    Ok(*item)
}

#[derive(Clone)]
struct Db;

#[worker_pool(workers = 8)]
async fn store(ctx: &Context, _item: u8, _db: Db) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

#[worker_pool(workers = 2)]
async fn opaque(ctx: &Context, item: u8) -> Option<impl Display + Send + use<>> {
    ctx.checkpoint().await.ok()?;
    Some(item)
}

#[worker_pool(workers = 2, local)]
async fn opaque_error(ctx: Context, item: u8) -> Result<impl Display, ContextError> {
    ctx.checkpoint().await?;
    Ok(item)
}

#[worker_pool(workers = 2)]
fn opaque_of_threads(ctx: &Context, item: u8) -> Result<impl Display + Send + use<>, ContextError> {
    ctx.check()?;
    Ok(item)
}

struct Service;

impl Service {
    #[worker_pool]
    async fn borrowed_self(self: Arc<Self>, _ctx: &Context, _item: u8) {}

    #[worker_pool(local)]
    async fn exclusive_self(&self, _ctx: &Context, _item: u8) {}

    #[worker_pool(workers = 8, associated)]
    async fn looks_free(_ctx: &Context, _item: u8) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ctx = &Context::background();
    options::positional_all(ctx, [1]).await;
    assert_eq!(of_one_thread_all(ctx, [Rc::new(1)]).await.unwrap(), [1]);
    store_all(ctx, [1], Db).await.unwrap();
    assert_eq!(opaque_all(ctx, [1]).await.unwrap()[0].to_string(), "1");
    assert_eq!(opaque_error_all(ctx.clone(), [1]).await.unwrap()[0].to_string(), "1");
    assert_eq!(opaque_of_threads_all(ctx, [1]).await.unwrap()[0].to_string(), "1");
}
