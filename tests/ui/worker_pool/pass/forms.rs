//! Every form of `#[worker_pool]`.
#![deny(warnings, missing_docs)]

use std::sync::Arc;

use taskward::{Context, ContextError, worker_pool};

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

fn main() {
    let ctx = Context::background();
    drop((default_form(&ctx, 1), default_form_all(&ctx, [1])));
    drop((options(&ctx, 1, 2), all_of_them(&ctx, vec![1], 2)));
    drop((blocking(&ctx, 1, "".into()), blocking_all(&ctx, Some(1), "".into())));
    drop((Arc::new(Service).method(&ctx, 1), Arc::new(Service).method_all(&ctx, 0..3)));
}
