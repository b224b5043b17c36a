use taskward::{Context, TaskGroup};

async fn a_future(ctx: &Context) {
    let group = TaskGroup::<()>::new(ctx);
    group.spawn(async {});
    group.join().await;
}

async fn without_a_context(ctx: &Context) {
    let group = TaskGroup::<()>::new(ctx);
    group.spawn(async || {});
    group.join().await;
}

async fn not_async(ctx: &Context) {
    let group = TaskGroup::<()>::new(ctx);
    group.spawn(|_| {});
    group.join().await;
}

fn main() {
    let ctx = Context::background();
    drop((a_future(&ctx), without_a_context(&ctx), not_async(&ctx)));
}
