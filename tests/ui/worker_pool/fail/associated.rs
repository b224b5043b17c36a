use taskward::{Context, worker_pool};

struct Service;

impl Service {
    // Neither `Self` nor `self` shows that this function belongs to an `impl`.
    #[worker_pool(workers = 8)]
    async fn looks_free(_ctx: &Context, _item: u8) {}

    #[worker_pool(workers = 8, associated)]
    async fn says_so(_ctx: &Context, _item: u8) {}
}

fn main() {
    let ctx = Context::background();
    drop((Service::looks_free_all(&ctx, [1]), Service::says_so_all(&ctx, [1])));
}
