// Violations.

async fn full_paths(ctx: &Context) {
    tokio::time::timeout(LIMIT, load()).await??; //~ bare_timeout
    tokio::time::timeout_at(deadline, load()).await??; //~ bare_timeout
    ::tokio::time::timeout(LIMIT, load()).await??; //~ bare_timeout
}

async fn imports(ctx: &Context) {
    use tokio::time::{self, timeout, timeout as limit};
    timeout(LIMIT, load(ctx)).await??; //~ bare_timeout
    limit(LIMIT, load(ctx)).await??; //~ bare_timeout
    time::timeout(LIMIT, load(ctx)).await??; //~ bare_timeout
    let limited = time::timeout(LIMIT, load(ctx)); //~ bare_timeout
    limited.await??;
}

async fn in_macros(ctx: Context) {
    tokio::select! {
        found = timeout(LIMIT, load(&ctx)) => found??, //~ bare_timeout
        () = ctx.cancelled() => {}
    }
}

// Idioms.

async fn with_a_context(ctx: &Context) {
    let limited = ctx.with_timeout(LIMIT);
    limited.run(load(&limited)).await??;
    load(&ctx.with_timeout(LIMIT)).await?;
    tokio::time::sleep(LIMIT).await;
    socket.set_timeout(LIMIT);
    client.timeout(LIMIT).send().await?;
    mine::timeout(LIMIT, load()).await?;
}

async fn without_a_context(id: u64) {
    tokio::time::timeout(LIMIT, load(id)).await??;
}

async fn a_token_has_no_limits(token: &CancellationToken) {
    tokio::time::timeout(LIMIT, load(token)).await??;
}
