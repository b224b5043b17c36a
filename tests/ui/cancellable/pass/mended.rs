//! The fixtures of `fail` with the helps followed.

use taskward::{Context, ContextError, TaskGroup, cancellable, with_timeout};

mod all_at_once {
    use taskward::{Context, cancellable};

    #[cancellable]
    pub async fn wrong(ctx: &Context, n: u8) -> Option<u8> {
        ctx.checkpoint().await.ok()?;
        Some(n)
    }
}

mod allow {
    use taskward::{Context, cancellable};

    #[cancellable(allow(detached_task))]
    pub async fn misspelt(ctx: &Context) -> Option<()> {
        ctx.checkpoint().await.ok()
    }

    #[cancellable(allow(no_await))]
    pub async fn not_a_name(ctx: &Context) -> Option<()> {
        ctx.check().ok()
    }
}

mod grace {
    use std::time::Duration;

    use taskward::{Context, cancellable, with_timeout};

    #[cancellable]
    pub async fn zero(ctx: &Context) -> Option<()> {
        ctx.checkpoint().await.ok()
    }

    #[cancellable(grace = "2s")]
    pub async fn no_unit(ctx: &Context) -> Option<()> {
        ctx.checkpoint().await.ok()
    }

    #[cancellable(grace = "1.5s")]
    pub async fn a_fraction(ctx: &Context) -> Option<()> {
        ctx.checkpoint().await.ok()
    }

    #[cancellable(grace = "2ms")]
    pub async fn a_number(ctx: &Context) -> Option<()> {
        ctx.checkpoint().await.ok()
    }

    #[cancellable(grace = "1m 30s")]
    pub async fn no_such_unit(ctx: &Context) -> Option<()> {
        ctx.checkpoint().await.ok()
    }

    #[cancellable(grace = "250ms")]
    pub async fn no_time(ctx: &Context) -> Option<()> {
        ctx.checkpoint().await.ok()
    }

    #[cancellable(grace = Duration::from_secs(2))]
    pub async fn negative(ctx: &Context) -> Option<()> {
        ctx.checkpoint().await.ok()
    }

    #[with_timeout("5s")]
    #[cancellable(grace = "2s")]
    pub async fn of_another_attribute(ctx: &Context) -> Option<()> {
        ctx.checkpoint().await.ok()
    }
}

mod lifetimes {
    use std::borrow::Cow;

    use taskward::{Context, ContextError, cancellable};

    #[cancellable]
    pub async fn first<'a>(ctx: &Context, s: &'a str) -> Result<&'a str, ContextError> {
        ctx.checkpoint().await?;
        Ok(s)
    }

    #[cancellable]
    pub async fn second<'a>(ctx: &Context, s: &'a str, n: u8) -> Result<Cow<'a, str>, ContextError> {
        ctx.checkpoint().await?;
        let _ = n;
        Ok(s.into())
    }
}

mod not_a_context {
    use taskward::{Context, ContextError, cancellable};

    #[cancellable(ambient)]
    pub async fn number(number: u32) -> Result<u32, ContextError> {
        tokio::task::yield_now().await;
        Ok(number)
    }

    #[cancellable]
    pub async fn exclusive(ctx: &Context) -> Result<(), ContextError> {
        ctx.checkpoint().await
    }
}

mod options {
    use taskward::{Context, ContextError, cancellable};

    pub struct Service {
        pub ctx: Context,
    }

    impl Service {
        #[cancellable(ctx = self.ctx)]
        pub async fn no_value(&self) -> Result<(), ContextError> {
            tokio::task::yield_now().await;
            Ok(())
        }
    }

    #[cancellable(crate = ::taskward)]
    pub async fn not_a_path(ctx: &Context) -> Option<()> {
        ctx.checkpoint().await.ok()
    }
}

mod pattern {
    use taskward::{Context, ContextError, cancellable};

    pub struct Ctx(pub Context);

    pub struct Request {
        pub context: Context,
        pub id: u64,
    }

    #[cancellable(ctx = ctx)]
    pub async fn handler(Ctx(ctx): Ctx) -> Result<(), ContextError> {
        ctx.checkpoint().await
    }

    #[cancellable(ctx = context)]
    pub async fn handle(Request { context, id }: Request) -> Result<u64, ContextError> {
        context.checkpoint().await?;
        Ok(id)
    }
}

mod other_contexts {
    use anyhow::Context as _;
    use taskward::{Context, cancellable};

    #[cancellable]
    pub async fn load(ctx: &Context, n: u32) -> anyhow::Result<u32> {
        ctx.checkpoint().await.context("before the file is read")?;
        Ok(n)
    }
}

#[cancellable]
async fn down(ctx: &Context, n: u32) -> Result<u32, ContextError> {
    ctx.checkpoint().await?;
    if n == 0 {
        return Ok(0);
    }
    Box::pin(down(ctx, n - 1)).await
}

#[with_timeout("5s")]
async fn down_in_time(ctx: &Context, n: u32) -> Result<u32, ContextError> {
    ctx.checkpoint().await?;
    if n == 0 {
        return Ok(0);
    }
    Box::pin(down_in_time(ctx, n - 1)).await
}

#[cancellable]
async fn serve(ctx: &Context, n: u32) -> Result<u32, ContextError> {
    ctx.checkpoint().await?;
    Ok(n)
}

#[cancellable]
async fn borrowed_by_a_task(ctx: &Context) -> Result<Vec<u32>, ContextError> {
    let group = TaskGroup::new(ctx);
    group.spawn(async move |ctx| serve(&ctx, 1).await).await?;
    group.join().await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ctx = &Context::background();
    all_at_once::wrong(ctx, 1).await.unwrap();
    allow::misspelt(ctx).await.unwrap();
    allow::not_a_name(ctx).await.unwrap();
    grace::zero(ctx).await.unwrap();
    grace::no_unit(ctx).await.unwrap();
    grace::a_fraction(ctx).await.unwrap();
    grace::a_number(ctx).await.unwrap();
    grace::no_such_unit(ctx).await.unwrap();
    grace::no_time(ctx).await.unwrap();
    grace::negative(ctx).await.unwrap();
    grace::of_another_attribute(ctx).await.unwrap();
    lifetimes::first(ctx, "").await.unwrap();
    lifetimes::second(ctx, "", 1).await.unwrap();
    not_a_context::number(1).await.unwrap();
    not_a_context::exclusive(ctx).await.unwrap();
    options::Service { ctx: ctx.clone() }.no_value().await.unwrap();
    options::not_a_path(ctx).await.unwrap();
    pattern::handler(pattern::Ctx(ctx.clone())).await.unwrap();
    pattern::handle(pattern::Request { context: ctx.clone(), id: 1 }).await.unwrap();
    other_contexts::load(ctx, 1).await.unwrap();
    assert_eq!(down(ctx, 3).await.unwrap() + down_in_time(ctx, 3).await.unwrap(), 0);
    assert_eq!(borrowed_by_a_task(ctx).await.unwrap(), [1]);
}
