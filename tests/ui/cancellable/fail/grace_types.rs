use taskward::{Context, cancellable, with_timeout};

const GRACE: u64 = 2;

#[cancellable(grace = GRACE)]
async fn not_a_duration(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[with_timeout("5s")]
#[cancellable(grace = GRACE)]
async fn not_a_duration_with_a_limit(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[cancellable(grace = "2s")]
async fn not_a_context(url: &str) -> Option<()> {
    Context::background().checkpoint().await.ok()
}

#[cancellable(grace = "2s")]
async fn result_cannot_say_it(ctx: &Context) -> u8 {
    ctx.checkpoint().await.is_ok().into()
}

fn main() {}
