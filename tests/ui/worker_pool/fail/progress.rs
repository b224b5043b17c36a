use taskward::{Context, Progress, worker_pool};

fn report(_: Progress) {}

fn of_text(_: &str) {}

#[worker_pool(workers = 8, progress = reprot)]
async fn misspelt(_ctx: &Context, _item: u8) {}

#[worker_pool(workers = 8, progress = of_text)]
async fn another_parameter(_ctx: &Context, _item: u8) {}

fn main() {
    let ctx = Context::background();
    drop((misspelt(&ctx, 1), another_parameter(&ctx, 1)));
}
