//! A context that is not the first parameter.

use std::time::Duration;

use taskward::{Context, with_timeout};

use super::{MS, Result};

#[with_timeout("5s")]
async fn behind_another_parameter(id: u64, ctx: &Context) -> Result<(u64, Option<Duration>)> {
    ctx.checkpoint().await?;
    Ok((id, ctx.remaining()))
}

type Alias = Context;

#[with_timeout("5s")]
async fn as_the_last_of_several((a, b): (u64, u64), _: u8, mut ctx: Context) -> Result<(u64, Option<Duration>)> {
    ctx.checkpoint().await?;
    ctx = ctx.with_value(b);
    Ok((a, ctx.remaining()))
}

struct Of(u64);

impl Of {
    #[with_timeout("5s")]
    async fn of_a_method<'c>(&self, _id: u64, ctx: &'c Context) -> Result<(u64, Option<Duration>)> {
        ctx.checkpoint().await?;
        Ok((self.0, ctx.remaining()))
    }
}

#[with_timeout("5s")]
async fn an_alias_behind_another_parameter(id: u64, ctx: Alias) -> Result<(u64, Option<Duration>)> {
    ctx.checkpoint().await?;
    Ok((id, ctx.remaining()))
}

#[tokio::test(start_paused = true)]
async fn a_limit_reaches_a_context_wherever_it_stands() {
    let (ctx, five) = (Context::background(), Some(5000 * MS));
    assert_eq!(behind_another_parameter(1, &ctx).await.unwrap(), (1, five));
    assert_eq!(as_the_last_of_several((1, 2), 3, ctx.clone()).await.unwrap(), (1, five));
    assert_eq!(Of(1).of_a_method(2, &ctx).await.unwrap(), (1, five));
    assert_eq!(an_alias_behind_another_parameter(1, ctx).await.unwrap(), (1, five));
}
