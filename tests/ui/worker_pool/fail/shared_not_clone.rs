use taskward::{Context, ContextError, worker_pool};

struct Db;

#[worker_pool(workers = 8)]
async fn store(ctx: &Context, _item: u8, _db: Db) -> Result<(), ContextError> {
    ctx.checkpoint().await
}

fn main() {
    drop(store(&Context::background(), 1, Db));
}
