use taskward::Context;

mod on_an_async_fn {
    use taskward::Context;

    // The attributes expand from the top.
    #[taskward::main]
    #[taskward::cancellable]
    async fn main(ctx: Context) {
        ctx.cancelled().await;
    }
}

#[taskward::main]
fn main(ctx: Context) {
    drop(ctx);
}
