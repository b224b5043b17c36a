use taskward::{Context, ContextError, worker_pool};

#[worker_pool(workers = 8)]
async fn half_typed(ctx: &Context, item: String) -> Result<String, ContextError> {
    ctx.check()?;
    item.
}

#[worker_pool(workers = 8)]
async fn empty(_ctx: &Context, _item: String) -> Result<String, ContextError> {
}

fn main() {
    let ctx = Context::background();
    drop((half_typed_all(&ctx, []), empty_all(&ctx, [])));
}
