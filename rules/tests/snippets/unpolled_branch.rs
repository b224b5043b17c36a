// Violations.

async fn pinned(ctx: &Context) {
    let work = long_work(ctx);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done, //~ unpolled_branch
            message = inbox.recv() => handle(message).await,
        }
    }
}

async fn boxed(ctx: &Context) {
    let mut work = Box::pin(long_work(ctx));
    let mut other = std::pin::pin!(async { more().await });
    while open {
        select! {
            done = &mut work => break, //~ unpolled_branch
            done = other.as_mut() => break, //~ unpolled_branch
            _ = ticks.tick() => {
                lock.lock().await.push(1);
            }
        }
    }
}

async fn method_calls(ctx: &Context) {
    let writing = file.write_all(&data);
    tokio::pin!(writing);
    let reading = socket.read_exact(&mut frame).boxed();
    loop {
        tokio::select! {
            done = &mut writing => return done, //~ unpolled_branch
            item = queue.pop() => {
                if let Some(item) = item {
                    send(item).await?;
                }
            }
        }
    }
}

async fn with_conditions(ctx: &Context) {
    let flush = flush_all();
    tokio::pin!(flush);
    let mut flushed = false;
    loop {
        tokio::select! {
            _ = &mut flush, if !flushed => flushed = true, //~ unpolled_branch
            message = inbox.recv() => handle(message).await,
        }
    }
}

// Idioms.

async fn timers_hold_nothing(ctx: &Context) {
    let limit = tokio::time::sleep(LIMIT);
    tokio::pin!(limit);
    let mut stop = Box::pin(ctx.cancelled());
    let stopped = token.cancelled();
    tokio::pin!(stopped);
    let mut notified = std::pin::pin!(notify.notified());
    let keepalive_timer = future_or_pending(interval, tokio::time::sleep);
    tokio::pin!(keepalive_timer);
    loop {
        tokio::select! {
            () = &mut limit => return,
            _ = &mut stop => return,
            _ = &mut stopped => return,
            _ = &mut notified => return,
            () = &mut keepalive_timer => return,
            message = inbox.recv() => handle(message).await,
        }
    }
}

async fn tasks_run_by_themselves(ctx: &Context) {
    let mut task = group.spawn(|ctx| work(ctx));
    let (sender, mut receiver) = oneshot::channel();
    loop {
        tokio::select! {
            done = &mut task => return done,
            got = &mut receiver => return got,
            message = inbox.recv() => handle(message).await,
        }
    }
}

async fn nobody_waits(ctx: &Context) {
    let work = long_work(ctx);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            message = inbox.recv() => queue.push(message),
            () = ctx.cancelled() => {
                close().await;
                return;
            }
        }
    }
}

async fn once_only(ctx: &Context) {
    let work = long_work(ctx);
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => return done,
        message = inbox.recv() => handle(message).await,
    }
}
