// Violations.

async fn by_name(ctx: &Context) {
    call(&Context::background()).await; //~ fresh_context
    call(&taskward::Context::default()).await; //~ fresh_context
    let token = CancellationToken::new(); //~ fresh_context
    let token = tokio_util::sync::CancellationToken::default(); //~ fresh_context
}

async fn renamed(ctx: &Context) {
    use taskward::{self as tw, Context as Ctx};
    call(&Ctx::background()).await; //~ fresh_context
    let new = Context::background;
    call(&new()).await; //~ fresh_context
}

async fn as_a_value(ctx: &Context, other: Option<Context>) {
    call(&other.unwrap_or_else(Context::background)).await; //~ fresh_context
    call(&other.unwrap_or_else(|| Context::background())).await; //~ fresh_context
}

async fn in_other_code(ctx: &Context) {
    let later = async { call(&Context::background()).await }; //~ fresh_context
    let ctx = Context::background().with_timeout(LIMIT); //~ fresh_context
    tracing::info!(deadline = ?Context::background().deadline(), "now"); //~ fresh_context
    later.await;
}

async fn token(token: CancellationToken) {
    let other = CancellationToken::new(); //~ fresh_context
    other.cancelled().await;
}

// Idioms.

#[cancellable(ctx = self.ctx)]
async fn none_is_a_parameter(&self) {
    call(&Context::background()).await;
    let reload = CancellationToken::new();
}

#[cancellable(ambient)]
async fn nor_here() {
    call(&Context::background()).await;
}

async fn derives(ctx: &Context) {
    let (child, _canceller) = ctx.with_cancel();
    let limited = ctx.with_timeout(LIMIT);
    let cleanup = ctx.detach();
    let current = Context::current();
    call(&child).await;
}

async fn other_contexts(ctx: &Context) {
    let cx = std::task::Context::from_waker(waker);
    let page = tera::Context::new();
    let page = tera::Context::default();
    let span = opentelemetry::Context::current();
    let text = read().await.context("reading")?;
    anyhow::Context::context(text, "reading")?;
    ctx.child_token();
}
