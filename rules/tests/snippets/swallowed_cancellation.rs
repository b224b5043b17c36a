// Violations.

async fn thrown_away(ctx: &Context) {
    let _ = ctx.check(); //~ swallowed_cancellation
    _ = ctx.checkpoint().await; //~ swallowed_cancellation
    ctx.checkpoint().await.ok(); //~ swallowed_cancellation
    ctx.check().unwrap_or_default(); //~ swallowed_cancellation
    let _ = ctx.run(work()).await; //~ swallowed_cancellation
    let _ = Context::check(&ctx); //~ swallowed_cancellation
    drop(ctx.check()); //~ swallowed_cancellation
    let _ = ctx.checkpoint().await.ok(); //~ swallowed_cancellation
}

async fn caught(ctx: &Context) {
    match step(ctx).await {
        Ok(n) => sum += n,
        Err(ContextError::Cancelled(_)) => {} //~ swallowed_cancellation
        Err(error) => return Err(error),
    }
    if let Err(ContextError::Cancelled(_)) = step(ctx).await { //~ swallowed_cancellation
        sum = 0;
    }
    while let Err(ContextError::Cancelled(_)) = step(ctx).await {} //~ swallowed_cancellation
    match step(ctx).await {
        Ok(n) => n,
        Err(ContextError::Cancelled(_) | ContextError::DeadlineExceeded(_)) => 0, //~ swallowed_cancellation
    }
    work().await;
}

async fn only_shown(ctx: &Context) {
    for item in items {
        match step(ctx).await {
            Err(why @ ContextError::Cancelled(_)) => println!("{why}"), //~ swallowed_cancellation
            Err(taskward::ContextError::Cancelled(why)) => tracing::warn!(%why, "cancelled"), //~ swallowed_cancellation
            other => drop(other),
        }
        match step(ctx).await {
            Err(ContextError::Cancelled(_)) => continue, //~ swallowed_cancellation
            _ => {}
        }
    }
}

async fn imported(ctx: &Context) {
    use taskward::ContextError::{Cancelled, DeadlineExceeded};
    use taskward::ContextError as Ended;
    match step(ctx).await {
        Err(Cancelled(_)) => {} //~ swallowed_cancellation
        Err(DeadlineExceeded(_)) => {}
        Err(Ended::Cancelled(_)) => {} //~ swallowed_cancellation
        Ok(_) => {}
    }
    work().await;
}

async fn a_result_of_its_own(ctx: &Context) {
    if let Err(_) = ctx.checkpoint().await { //~ swallowed_cancellation
        cleanup();
    }
    match ctx.check() { //~ swallowed_cancellation
        Ok(()) => work().await,
        Err(_) => {}
    }
    work().await;
}

async fn into_success(ctx: &Context) -> Result<(), Error> {
    match serve(ctx).await {
        Err(ContextError::Cancelled(_)) => Ok(()), //~ swallowed_cancellation
        other => Ok(other?),
    }
}

async fn replaced(ctx: &Context) {
    let n = ctx.run(count()).await.unwrap_or(0); //~ swallowed_cancellation
    show(ctx.run(count()).await.unwrap_or_else(|_| 0)); //~ swallowed_cancellation
    let _ = ctx.sleep(LIMIT).await; //~ swallowed_cancellation
    loop {
        let Ok(n) = ctx.run(count()).await else { continue }; //~ swallowed_cancellation
        show(n);
    }
}

// Idioms.

async fn no_code_goes_on(ctx: &Context) {
    work().await;
    if let Err(why) = ctx.checkpoint().await {
        println!("{why}");
    }
}

async fn no_caller_is_told(ctx: &Context) {
    match serve(ctx).await {
        Err(ContextError::Cancelled(why)) => tracing::info!(%why, "stopped"),
        other => report(other),
    }
}

async fn passes_on(ctx: &Context) -> Result<u8, Error> {
    ctx.check()?;
    ctx.checkpoint().await?;
    let n = ctx.run(work()).await?;
    match step(ctx).await {
        Ok(n) => n,
        Err(ContextError::Cancelled(why)) => return Err(Error::Stopped(why)),
        Err(ContextError::DeadlineExceeded(_)) => 0,
    };
    match step(ctx).await {
        Err(why @ ContextError::Cancelled(_)) => {
            println!("stopping: {why}");
            cleanup();
            Err(why.into())
        }
        other => other,
    }
}

async fn leaves(ctx: &Context) {
    loop {
        match step(ctx).await {
            Err(ContextError::Cancelled(_)) => break,
            Err(ContextError::DeadlineExceeded(_)) => continue,
            Ok(_) => {}
        }
        if let Err(ContextError::Cancelled(_)) = step(ctx).await {
            return;
        }
        if let Err(ContextError::Cancelled(why)) = step(ctx).await {
            failures.push(why);
        }
        let Ok(n) = ctx.run(step(ctx)).await else { break };
    }
}

async fn asks(ctx: &Context) -> bool {
    if ctx.check().is_err() {
        return false;
    }
    if ctx.has_ended() {
        cleanup();
    }
    let ended = ctx.check().is_err();
    let late = matches!(step(ctx).await, Err(ContextError::Cancelled(_)));
    let _ = step(ctx).await;
    let _ = other.check();
    let answer = ctx.run(work()).await.ok();
    ended && late
}

async fn other_errors(ctx: &Context) {
    match handle.await {
        Err(error) if error.is_cancelled() => {}
        Err(JoinError::Cancelled) => {}
        Err(_) => {}
        Ok(()) => {}
    }
    let _ = sender.send(1).await;
    if let Err(why) = ctx.checkpoint().await {
        return fail(why);
    }
}
