use taskward::{Context, cancellable};

#[cancellable(grace = "0s")]
async fn zero(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = "2")]
async fn no_unit(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = 2)]
async fn a_number(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = 2s)]
async fn no_quotes(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = 1.5s)]
async fn a_fraction(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = "2 lightyears")]
async fn no_such_unit(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = "soon")]
async fn no_time(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = -Duration::ZERO)]
async fn negative(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace)]
async fn no_value(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = )]
async fn empty_value(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = "1s", grace = "2s")]
async fn twice(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(graze = "2s")]
async fn misspelt(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable("2s")]
async fn without_its_name(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = 0)]
async fn zero_without_unit(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

fn main() {
    let ctx = Context::background();
    drop((zero(&ctx), no_unit(&ctx), a_number(&ctx), no_such_unit(&ctx), no_time(&ctx), negative(&ctx)));
    drop((zero_without_unit(&ctx), no_quotes(&ctx), a_fraction(&ctx)));
    drop((no_value(&ctx), empty_value(&ctx), twice(&ctx), misspelt(&ctx), without_its_name(&ctx)));
}
