//! Every form of `#[worker_pool]`.
#![deny(warnings, missing_docs)]

use std::cell::Cell;
use std::sync::Arc;

use futures::stream;
use taskward::{Context, ContextError, Progress, worker_pool};

/// Documented, and so is the added function.
#[worker_pool(workers = 8)]
pub async fn default_form(ctx: &Context, item: u8) -> Result<u8, ContextError> {
    ctx.check()?;
    Ok(item)
}

#[worker_pool(workers = width.max(1), name = all_of_them, on_error = collect)]
async fn options(ctx: &Context, item: u8, width: usize) -> Result<u8, ContextError> {
    ctx.check()?;
    Ok(item)
}

#[worker_pool]
fn blocking(ctx: &Context, item: u8, shared: Arc<str>) -> Option<usize> {
    ctx.check().ok()?;
    Some(shared.len() + usize::from(item))
}

struct Service;

impl Service {
    #[worker_pool(workers = 2)]
    async fn method(self: Arc<Self>, ctx: &Context, item: u8) {
        let _ = (ctx, item);
    }
}

#[worker_pool(workers = 2, order = completion, on_error = fail, progress = report)]
async fn unordered(ctx: &Context, item: u8) -> Result<u8, ContextError> {
    ctx.check()?;
    Ok(item)
}

fn report(_: Progress) {}

/// Documented.
#[worker_pool(workers = 2, stream, queue = depth * 2)]
pub async fn streamed<T: Send + 'static>(ctx: &Context, item: T, depth: usize) -> Result<T, ContextError> {
    let _ = depth;
    ctx.check()?;
    Ok(item)
}

#[worker_pool(stream, order = completion, on_error = collect)]
fn streamed_blocking(ctx: &Context, item: u8) -> Option<u8> {
    ctx.check().ok()?;
    Some(item)
}

#[worker_pool(local)]
async fn local(ctx: &Context, item: &str, shared: &Cell<usize>) -> Option<usize> {
    ctx.check().ok()?;
    shared.set(item.len());
    Some(shared.get())
}

#[worker_pool(local, stream)]
async fn local_streamed(_ctx: &Context, item: &str, _shared: &Cell<usize>) -> Option<usize> {
    Some(item.len())
}

impl Service {
    #[worker_pool(local, workers = self.width(), progress = |progress| self.tell(progress))]
    async fn borrowed(&self, _ctx: &Context, _item: &mut u8) {}

    #[worker_pool(associated)]
    async fn associated(_ctx: &Context, _item: u8) {}

    fn width(&self) -> usize {
        2
    }

    fn tell(&self, _: Progress) {}
}

fn main() {
    let ctx = Context::background();
    drop((default_form(&ctx, 1), default_form_all(&ctx, [1])));
    drop((options(&ctx, 1, 2), all_of_them(&ctx, vec![1], 2)));
    drop((blocking(&ctx, 1, "".into()), blocking_all(&ctx, Some(1), "".into())));
    drop((Arc::new(Service).method(&ctx, 1), Arc::new(Service).method_all(&ctx, 0..3)));
    drop((unordered(&ctx, 1), unordered_all(&ctx, [1])));
    drop((streamed(&ctx, 1, 2), streamed_all(&ctx, stream::iter([1]), 2)));
    drop((streamed_blocking(&ctx, 1), streamed_blocking_all(&ctx, stream::iter([1]))));
    let cell = Cell::new(0);
    drop((local(&ctx, "", &cell), local_all(&ctx, [""], &cell)));
    drop((local_streamed(&ctx, "", &cell), local_streamed_all(&ctx, stream::iter([""]), &cell)));
    drop((Service.borrowed(&ctx, &mut 1), Service.borrowed_all(&ctx, &mut [1])));
    drop((Service::associated(&ctx, 1), Service::associated_all(&ctx, [1])));
}
