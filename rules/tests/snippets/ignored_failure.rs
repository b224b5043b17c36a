// Violations.

async fn a_service(ctx: &Context) {
    loop {
        match next(ctx).await { //~ ignored_failure
            Ok(message) => handle(message),
            Err(error) => tracing::warn!(%error, "next"),
        }
    }
}

async fn logs_and_goes_on(ctx: &Context) {
    while running {
        if let Err(error) = self.store.sync(ctx).await { //~ ignored_failure
            eprintln!("{error}");
        }
    }
    for item in items {
        if let Err(_) = send(&ctx, item).await { //~ ignored_failure
            failed += 1;
            continue;
        }
    }
}

async fn without_a_word(ctx: &Context) {
    while step(ctx).await.is_err() {} //~ ignored_failure
    loop {
        let Ok(message) = next(ctx).await else { continue }; //~ ignored_failure
        handle(message);
    }
    loop {
        let _ = step(ctx).await; //~ ignored_failure
        step(ctx).await.ok(); //~ ignored_failure
    }
}

async fn only_what_works(token: CancellationToken) {
    loop {
        if let Ok(message) = next(&token).await { //~ ignored_failure
            handle(message);
        }
    }
}

// Idioms.

async fn passes_on(ctx: &Context) -> Result<(), Error> {
    loop {
        let message = next(ctx).await?;
        match handle(ctx, message).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error),
        }
    }
}

async fn asks(ctx: &Context) -> Result<(), Error> {
    loop {
        if let Err(error) = step(ctx).await {
            tracing::warn!(%error);
            ctx.check()?;
        }
    }
}

async fn asks_in_the_condition(ctx: &Context) {
    while !ctx.has_ended() {
        if let Err(error) = step(ctx).await {
            tracing::warn!(%error);
        }
    }
}

async fn leaves(ctx: &Context) {
    loop {
        match next(ctx).await {
            Ok(message) => handle(message),
            Err(_) => break,
        }
        let Ok(more) = next(ctx).await else { return };
        match next(ctx).await {
            Err(error) if error.is_interrupted() => return,
            Err(error) => tracing::warn!(%error),
            Ok(message) => handle(message),
        }
    }
}

async fn keeps(ctx: &Context) {
    for item in items {
        if let Err(error) = send(ctx, item).await {
            failures.push(error);
        }
    }
}

async fn once_only(ctx: &Context) {
    if let Err(error) = step(ctx).await {
        tracing::warn!(%error);
    }
}

async fn waits_for_both(ctx: &Context) {
    loop {
        tokio::select! {
            () = ctx.cancelled() => return,
            done = step(ctx) => {
                if let Err(error) = done {
                    tracing::warn!(%error);
                }
            }
        }
    }
}
