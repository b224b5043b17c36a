#![deny(unused_must_use)]

use taskward::{Context, TaskGroup};

fn drops_a_group(ctx: &Context) {
    TaskGroup::<()>::new(ctx).limit(8);
}

fn joins_without_waiting(ctx: &Context) {
    let group = TaskGroup::<()>::new(ctx);
    _ = group.spawn(async |_| ());
    group.join();
}

fn queues_without_bound(ctx: &Context) {
    let group = TaskGroup::<()>::new(ctx).limit(8);
    for _ in 0..1_000_000 {
        group.spawn(async |_| ());
    }
}

fn does_not_ask_whether_there_was_room(ctx: &Context) {
    let group = TaskGroup::<()>::new(ctx).limit(8);
    group.try_spawn(async |_| ());
}

fn main() {
    let ctx = Context::background();
    drops_a_group(&ctx);
    joins_without_waiting(&ctx);
    queues_without_bound(&ctx);
    does_not_ask_whether_there_was_room(&ctx);
}
