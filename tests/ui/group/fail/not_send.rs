use std::rc::Rc;

use taskward::{Context, ContextError, TaskGroup};

async fn across_an_await(ctx: &Context) -> Result<Vec<u8>, ContextError> {
    let group = TaskGroup::new(ctx);
    group.spawn(async |ctx: Context| {
        let shared = Rc::new(1);
        ctx.checkpoint().await?;
        Ok(*shared)
    });
    group.join().await
}

fn main() {
    drop(across_an_await(&Context::background()));
}
