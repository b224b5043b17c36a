use std::rc::Rc;

use taskward::{Context, ContextError, worker_pool};

#[worker_pool(workers = 8)]
async fn across_an_await(ctx: &Context, item: u8) -> Result<u8, ContextError> {
    let shared = Rc::new(item);
    ctx.checkpoint().await?;
    Ok(*shared)
}

#[worker_pool(workers = 8)]
async fn shared(_ctx: &Context, item: u8, _shared: Rc<u8>) -> Result<u8, ContextError> {
    Ok(item)
}

#[worker_pool(workers = 8, stream)]
async fn streamed(ctx: &Context, item: Rc<u8>) -> Result<u8, ContextError> {
    ctx.check()?;
    Ok(*item)
}

#[worker_pool(workers = 8)]
async fn item(ctx: &Context, item: Rc<str>) -> Result<usize, ContextError> {
    ctx.checkpoint().await?;
    Ok(item.len())
}

#[worker_pool(workers = 8)]
async fn result(ctx: &Context, item: String) -> Result<Rc<str>, ContextError> {
    ctx.checkpoint().await?;
    Ok(item.into())
}

fn main() {
    drop(across_an_await_all(&Context::background(), [1]));
    drop(shared_all(&Context::background(), [1], Rc::new(1)));
}
