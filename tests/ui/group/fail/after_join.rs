#![deny(unused_must_use)]

use taskward::{Context, TaskGroup};

async fn joins_twice(ctx: &Context) {
    let group = TaskGroup::<()>::new(ctx);
    group.join().await;
    group.join().await;
}

async fn spawns_into_a_joined_one(ctx: &Context) {
    let group = TaskGroup::<()>::new(ctx);
    group.join().await;
    group.spawn(async |_| ());
}

async fn limits_a_group_that_it_has_not_kept(ctx: &Context) {
    let group = TaskGroup::<()>::new(ctx);
    group.limit(8);
    group.spawn(async |_| ());
}

fn main() {
    let ctx = Context::background();
    drop((joins_twice(&ctx), spawns_into_a_joined_one(&ctx), limits_a_group_that_it_has_not_kept(&ctx)));
}
