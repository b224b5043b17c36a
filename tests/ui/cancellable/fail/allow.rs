use taskward::{Context, cancellable};

#[cancellable(allow(detached_tasks))]
async fn misspelt(ctx: &Context) -> Option<()> {
    ctx.check().ok()
}

#[cancellable(allow(everything))]
async fn unknown(ctx: &Context) -> Option<()> {
    ctx.check().ok()
}

#[cancellable(allow("no_await"))]
async fn not_a_name(ctx: &Context) -> Option<()> {
    ctx.check().ok()
}

#[cancellable(allow = no_await)]
async fn not_a_list(ctx: &Context) -> Option<()> {
    ctx.check().ok()
}

fn main() {
    let ctx = Context::background();
    drop((misspelt(&ctx), unknown(&ctx), not_a_name(&ctx), not_a_list(&ctx)));
}
