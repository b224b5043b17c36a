use taskward::{Context, ContextError, TaskGroup, cancellable};

#[cancellable]
async fn work(ctx: &Context) -> Result<usize, ContextError> {
    ctx.checkpoint().await?;
    Ok(1)
}

async fn a_local(ctx: &Context) -> Result<Vec<usize>, ContextError> {
    let text = String::from("text");
    let group = TaskGroup::new(ctx);
    group.spawn(async |_| Ok(text.len()));
    group.join().await
}

async fn a_parameter(ctx: &Context, text: &str) -> Result<Vec<usize>, ContextError> {
    let group = TaskGroup::new(ctx);
    group.spawn(async move |_| Ok(text.len()));
    group.join().await
}

async fn the_context_of_the_owner(ctx: &Context) -> Result<Vec<usize>, ContextError> {
    let group = TaskGroup::new(ctx);
    group.spawn(async move |_| work(ctx).await);
    group.join().await
}

async fn the_context_of_the_task(ctx: &Context) -> Result<Vec<usize>, ContextError> {
    let group = TaskGroup::new(ctx);
    group.spawn(|ctx| work(&ctx));
    group.join().await
}

fn main() {
    let ctx = Context::background();
    drop((a_local(&ctx), a_parameter(&ctx, ""), the_context_of_the_owner(&ctx), the_context_of_the_task(&ctx)));
}
