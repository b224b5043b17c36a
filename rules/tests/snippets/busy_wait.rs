// Violations.

async fn flags(ctx: &Context) {
    while !ready.load(Ordering::Acquire) { //~ busy_wait
        sleep(LIMIT).await;
    }
    while !ready.load(Ordering::Acquire) { //~ busy_wait
        ctx.checkpoint().await?;
    }
    while !self.ready { //~ busy_wait
        tokio::time::sleep(LIMIT).await;
        ctx.check()?;
    }
    while !ready.load(Ordering::Acquire) {} //~ busy_wait
    while !ready.load(Ordering::Acquire) { //~ busy_wait
        std::hint::spin_loop();
    }
    while !*state.borrow() { //~ busy_wait
        tokio::task::yield_now().await;
    }
    while !handle.is_finished() { //~ busy_wait
        sleep(LIMIT).await;
    }
    while !ctx.has_ended() { //~ busy_wait
        sleep(LIMIT).await;
    }
}

async fn in_loops(ctx: &Context) {
    loop { //~ busy_wait
        if ready.load(Ordering::Acquire) {
            break;
        }
        std::hint::spin_loop();
    }
    loop { //~ busy_wait
        if ready.load(Ordering::Acquire) {
            break;
        }
        sleep(LIMIT).await;
    }
    loop { //~ busy_wait
        sleep(LIMIT).await;
        if self.done {
            return;
        }
    }
}

async fn tries(ctx: &Context) -> Result<u8, Error> {
    loop {
        if let Ok(item) = queue.try_recv() { //~ busy_wait
            return Ok(item);
        }
        ctx.checkpoint().await?;
    }
    loop {
        match queue.try_recv() { //~ busy_wait
            Ok(item) => work(item),
            Err(TryRecvError::Empty) => sleep(LIMIT).await,
            Err(TryRecvError::Disconnected) => break,
        }
    }
    while queue.try_recv().is_err() { //~ busy_wait
        yield_now().await;
    }
    while let Err(_) = list.try_lock() { //~ busy_wait
        sleep(LIMIT).await;
    }
    let guard = loop {
        if let Ok(guard) = list.try_lock() { //~ busy_wait
            break guard;
        }
        tokio::task::yield_now().await;
    };
    while sender.try_send(item).is_err() { //~ busy_wait
        sleep(LIMIT).await;
    }
    loop {
        let Some(status) = child.try_wait()? else { //~ busy_wait
            sleep(LIMIT).await;
            continue;
        };
        return Ok(status);
    }
}

// Idioms.

async fn waits(ctx: &Context) {
    while let Some(item) = queue.recv().await {
        work(item).await;
    }
    while !ready.load(Ordering::Acquire) {
        notify.notified().await;
    }
    loop {
        if state.borrow().is_ready() {
            break;
        }
        state.changed().await?;
    }
    loop {
        if let Ok(item) = queue.try_recv() {
            work(item);
        }
        notify.notified().await;
    }
}

async fn asks_the_world(ctx: &Context) {
    while !exists(path).await {
        sleep(LIMIT).await;
    }
    while !path.exists() {
        sleep(LIMIT).await;
    }
    while attempts < 3 {
        sleep(LIMIT).await;
        attempts += 1;
    }
    loop {
        if call().await.is_ok() {
            break;
        }
        sleep(backoff).await;
    }
    loop {
        match connect().await {
            Ok(stream) => return stream,
            Err(_) => sleep(backoff).await,
        }
    }
}

async fn drains(ctx: &Context) {
    while let Ok(item) = queue.try_recv() {
        work(item);
    }
    while let Ok(item) = queue.try_recv() {
        sleep(LIMIT).await;
    }
    loop {
        let Ok(item) = queue.try_recv() else { break };
        work(item);
        sleep(LIMIT).await;
    }
    loop {
        match queue.try_recv() {
            Ok(item) => work(item),
            Err(_) => return,
        }
        yield_now().await;
    }
}

async fn on_a_thread_of_its_own(ctx: &Context) {
    spawn_blocking(|| {
        while !ready.load(Ordering::Acquire) {
            std::hint::spin_loop();
        }
    })
    .await;
}

async fn periodic_work(ctx: &Context) {
    loop {
        while let Ok(event) = events.try_recv() {
            handle(event);
        }
        render();
        interval.tick().await;
    }
    loop {
        if let Ok(config) = configs.try_recv() {
            current = config;
        }
        step(&mut state);
        sleep(LIMIT).await;
    }
    loop {
        interval.tick().await;
        if let Ok(message) = queue.try_recv() {
            report(message);
        }
    }
    loop {
        sleep(LIMIT).await;
        println!("still here");
    }
    while running.load(Ordering::Acquire) {
        sleep(LIMIT).await;
        report();
    }
}
