use taskward::Context;

mod on_an_async_fn {
    use taskward::Context;

    // They are expanded from above.
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
