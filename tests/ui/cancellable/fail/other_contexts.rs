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

/// The compiler's helps for a trait in the place of a type.
mod of_anyhow_as_a_bound {
    use anyhow::Context;

    #[taskward::cancellable]
    pub async fn opaque<E>(ctx: &impl Context<u32, E>, n: u32) -> anyhow::Result<u32> {
        tokio::task::yield_now().await;
        Ok(n)
    }

    #[taskward::cancellable]
    pub async fn generic<E, T: Context<u32, E>>(ctx: &T, n: u32) -> anyhow::Result<u32> {
        tokio::task::yield_now().await;
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
