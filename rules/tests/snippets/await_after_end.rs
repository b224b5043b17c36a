// Violations.

async fn in_the_branch(ctx: &Context) {
    tokio::select! {
        () = ctx.cancelled() => {
            flush(ctx).await; //~ await_after_end
            connection.close(&ctx).await; //~ await_after_end
            ctx.sleep(PAUSE).await; //~ await_after_end
        }
        item = queue.recv() => handle(ctx, item).await,
    }
}

async fn after_the_wait(ctx: &Context) {
    ctx.cancelled().await;
    server.shutdown(ctx).await; //~ await_after_end
}

async fn after_a_question(ctx: &Context) {
    if ctx.has_ended() {
        save(ctx).await; //~ await_after_end
    }
    if ctx.check().is_err() {
        ctx.run(save()).await; //~ await_after_end
    }
    if let Err(why) = ctx.checkpoint().await {
        report(ctx, why).await; //~ await_after_end
        return;
    }
    work().await;
}

async fn in_the_arm(ctx: &Context) -> Result<(), Error> {
    match ctx.run(work()).await {
        Ok(done) => done,
        Err(why) => {
            rollback(ctx.clone()).await; //~ await_after_end
            return Err(why.into());
        }
    }
    match step(ctx).await {
        Err(ContextError::Cancelled(why)) => {
            rollback(ctx).await; //~ await_after_end
            Err(why.into())
        }
        other => other,
    }
}

async fn tokens(token: CancellationToken) {
    select! {
        _ = token.cancelled() => drain(&token).await, //~ await_after_end
        _ = work() => {}
    }
}

// Idioms.

async fn shields(ctx: &Context) {
    tokio::select! {
        () = ctx.cancelled() => {
            ctx.shield(flush()).await;
            ctx.shield(close(ctx)).await;
            connection.close(ctx.detach().with_timeout(LIMIT)).await;
            socket.shutdown().await;
        }
        item = queue.recv() => handle(ctx, item).await,
    }
}

async fn another_context(ctx: &Context) {
    ctx.cancelled().await;
    let ctx = &ctx.linger(LIMIT);
    server.shutdown(ctx).await;
}

async fn a_limit_of_the_callee(ctx: &Context) -> Result<(), Error> {
    match step(ctx).await {
        Err(ContextError::DeadlineExceeded(_)) => fallback(ctx).await,
        Err(error) => report(ctx, error).await,
        other => other,
    }
}

async fn it_has_not_ended(ctx: &Context, child: Context) {
    if !ctx.has_ended() {
        save(ctx).await;
    }
    select! {
        () = child.cancelled() => restart(ctx).await,
        () = work() => {}
    }
    if ctx.check().is_ok() {
        save(ctx).await;
    }
}
