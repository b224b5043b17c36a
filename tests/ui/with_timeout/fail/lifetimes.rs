use taskward::{Context, ContextError, retry, with_timeout};

struct Name(String);

#[with_timeout("5s")]
async fn name<'a>(ctx: &'a Context) -> Result<&'a Name, ContextError> {
    ctx.checkpoint().await?;
    Ok(ctx.value::<Name>().expect("a name"))
}

#[with_timeout("5s")]
async fn short_name(ctx: &Context) -> Option<&str> {
    ctx.checkpoint().await.ok()?;
    ctx.value::<Name>().map(|name| &*name.0)
}

#[retry(attempts = 3)]
async fn retried(ctx: &Context) -> Result<&Name, String> {
    ctx.value::<Name>().ok_or_else(String::new)
}

/// Two parameters have the lifetime: only the body shows which one the result borrows.
#[with_timeout("5s")]
async fn of_both<'a>(ctx: &'a Context, other: &'a Name) -> Result<&'a Name, ContextError> {
    ctx.checkpoint().await?;
    println!("{}", other.0);
    Ok(ctx.value::<Name>().expect("a name"))
}

fn main() {
    let ctx = Context::background();
    drop((name(&ctx), short_name(&ctx), retried(&ctx), of_both(&ctx, &Name(String::new()))));
}
