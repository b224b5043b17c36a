use taskward::{Context, TaskGroup};

struct Custom;

async fn number(ctx: &Context) {
    let group = TaskGroup::new(ctx);
    group.spawn(async |_| 5_u32);
}

async fn number_by_name(ctx: &Context) {
    let _group = TaskGroup::<u32>::new(ctx);
}

async fn custom_error(ctx: &Context) {
    let group = TaskGroup::new(ctx);
    group.spawn(async |_| Err::<u32, _>(Custom));
}

fn main() {
    let ctx = Context::background();
    drop((number(&ctx), number_by_name(&ctx), custom_error(&ctx)));
}
