// Violations.

async fn beside_a_context(ctx: &Context, url: Url, timeout: Duration) { //~ timeout_parameter
    load(ctx, url).await;
}

async fn optional(ctx: &Context, timeout: Option<Duration>) { //~ timeout_parameter
    load(ctx).await;
}

async fn in_numbers(ctx: &Context, timeout_ms: u64) { //~ timeout_parameter
    load(ctx).await;
}

async fn a_deadline(ctx: Context, deadline: tokio::time::Instant) { //~ timeout_parameter
    load(&ctx).await;
}

async fn of_std(ctx: &Context, deadline: Option<std::time::Instant>, time_limit: Duration) { //~ timeout_parameter
    load(ctx).await;
}

// Idioms.

async fn other_times(ctx: &Context, idle: Duration, interval: Duration, since: Instant) {
    load(ctx).await;
}

async fn settings(ctx: &Context, timeout: &TimeoutSettings, deadline: Deadline) {
    load(ctx).await;
}

#[plain]
async fn without_a_context(url: Url, timeout: Duration) {
    load(url).await;
}

#[plain]
fn not_async(ctx: &Context, timeout: Duration) {
    configure(timeout);
}

async fn tokens_have_no_limits(token: &CancellationToken, timeout: Duration) {
    load(token).await;
}
