use taskward::{Context, ContextError, TaskGroup};

async fn count_and_name(ctx: &Context) -> Result<(), ContextError> {
    let group = TaskGroup::new(ctx);
    group.spawn(async |_| Ok::<_, ContextError>(5_u32));
    group.spawn(async |_| Ok::<_, ContextError>("five"));
    group.join().await?;
    Ok(())
}

fn main() {
    drop(count_and_name(&Context::background()));
}
