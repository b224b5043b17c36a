mod of_anyhow {
    use anyhow::Context;

    #[taskward::cancellable]
    pub async fn load(ctx: &Context, n: u32) -> anyhow::Result<u32> {
        ctx.checkpoint().await?;
        Ok(n)
    }

    #[taskward::with_timeout("5s")]
    pub async fn limited(ctx: &Context, n: u32) -> anyhow::Result<u32> {
        ctx.checkpoint().await?;
        Ok(n)
    }
}

mod of_a_task {
    use std::task::Context;

    #[taskward::cancellable]
    pub async fn load(ctx: &Context<'_>, n: u32) -> anyhow::Result<u32> {
        ctx.waker().wake_by_ref();
        std::future::ready(Ok(n)).await
    }
}

fn main() {}
