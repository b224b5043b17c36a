// Violations.

async fn named(ctx: &Context) {
    let guard = list.lock().unwrap(); //~ lock_across_await
    work().await;
}

async fn every_lock(ctx: &Context) {
    let mut a = list.lock().expect("not poisoned"); //~ lock_across_await
    let b = map.read().unwrap(); //~ lock_across_await
    let c = map.write().unwrap_or_else(PoisonError::into_inner); //~ lock_across_await
    let d = list.lock(); //~ lock_across_await
    let e: MutexGuard<'_, u8> = list.lock().unwrap(); //~ lock_across_await
    let f = list.lock().map_err(|_| Error::Poisoned)?; //~ lock_across_await
    let g = list.lock()?; //~ lock_across_await
    let h = std::sync::Mutex::lock(&list).unwrap(); //~ lock_across_await
    let i = RwLock::read(&map).unwrap(); //~ lock_across_await
    let j = map.upgradable_read(); //~ lock_across_await
    let _guard = self.state.lock().unwrap(); //~ lock_across_await
    let (k, l) = (a.lock().unwrap(), 1); //~ lock_across_await
    work().await;
}

async fn otherwise_bound(ctx: &Context) {
    let Ok(guard) = list.lock() else { return }; //~ lock_across_await
    let other = match list.lock() { //~ lock_across_await
        Ok(guard) => guard,
        Err(poisoned) => poisoned.into_inner(),
    };
    let third = if let Ok(guard) = list.lock() { guard } else { return }; //~ lock_across_await
    work().await;
}

async fn in_scrutinees(ctx: &Context) {
    if let Ok(guard) = list.lock() { //~ lock_across_await
        work().await;
    }
    match list.lock() { //~ lock_across_await
        Ok(guard) => work(guard.len()).await,
        Err(_) => {}
    }
    match list.lock().unwrap().first() { //~ lock_across_await
        Some(_) => work().await,
        None => {}
    }
    if let Some(item) = list.lock().unwrap().pop() { //~ lock_across_await
        work(item).await;
    }
    while let Some(item) = list.lock().unwrap().pop() { //~ lock_across_await
        work(item).await;
    }
    for item in list.lock().unwrap().drain(..) { //~ lock_across_await
        work(item).await;
    }
    match (list.lock().unwrap().len(), 1) { //~ lock_across_await
        _ => work().await,
    }
    if ready && let Some(item) = list.lock().unwrap().pop() { //~ lock_across_await
        work(item).await;
    }
}

async fn temporaries(ctx: &Context) {
    send(list.lock().unwrap().clone()).await; //~ lock_across_await
    sender.send(*count.lock().unwrap()).await; //~ lock_across_await
    send(&list.lock().unwrap().items).await; //~ lock_across_await
    list.lock().unwrap().push(work().await); //~ lock_across_await
    let first = cache.read().unwrap().get(key).unwrap_or(work().await); //~ lock_across_await
    let items = &mut *list.lock().unwrap(); //~ lock_across_await
    let one = &list.lock().unwrap()[0]; //~ lock_across_await
    work().await;
}

async fn a_miss_that_fetches(ctx: &Context) {
    let value = match cache.lock().unwrap().get(key) { //~ lock_across_await
        Some(value) => value.clone(),
        None => fetch(key).await?,
    };
    let other = if let Some(value) = cache.lock().unwrap().get(key) { value.clone() } else { fetch(key).await? };
    let third = cache.lock().unwrap().get(key).cloned().unwrap_or_else(|| default());
}

async fn shadowed(ctx: &Context) {
    let guard = list.lock().unwrap(); //~ lock_across_await
    let guard = guard.len();
    drop(guard);
    work().await;
}

async fn dropped_on_one_way_only(ctx: &Context) {
    let guard = list.lock().unwrap(); //~ lock_across_await
    if guard.is_empty() {
        drop(guard);
        return;
    }
    work().await;
}

async fn in_loops(ctx: &Context) {
    loop {
        let guard = list.lock().unwrap(); //~ lock_across_await
        work(guard.len()).await;
    }
}

async fn looked_at_in_place(ctx: &Context) {
    let guard = list.lock().unwrap(); //~ lock_across_await
    look(&guard);
    let first = guard[0] + *guard.last() + guard.count;
    guard.clear();
    work(first).await;
}

async fn of_what_is_locked(ctx: &Context) {
    state.lock().connection.query(text).await; //~ lock_across_await
    state.lock().query(text).await; //~ lock_across_await
}

async fn dropped_in_some_arms(ctx: &Context) {
    let guard = list.lock().unwrap(); //~ lock_across_await
    match guard.first() {
        Some(_) => drop(guard),
        None => {}
    }
    work().await;
    let other = list.lock().unwrap(); //~ lock_across_await
    match kind {
        Kind::A => drop(other),
        Kind::B => work().await,
    }
}

async fn under_macros(ctx: &Context) {
    let guard = list.lock().unwrap(); //~ lock_across_await
    tokio::select! {
        () = work() => {}
    }
    drop(guard);
    let guard = list.lock().unwrap(); //~ lock_across_await
    println!("{}", guard);
    tokio::join!(a(), b());
}

async fn in_other_code(ctx: &Context) {
    let run = async {
        let guard = list.lock().unwrap(); //~ lock_across_await
        work().await;
    };
    let make = || async move {
        let guard = list.lock().unwrap(); //~ lock_across_await
        work().await;
    };
    let closure = async || {
        let guard = list.lock().unwrap(); //~ lock_across_await
        work().await;
    };
    run.await;
}

// Idioms.

async fn ended_before(ctx: &Context) {
    {
        let mut guard = list.lock().unwrap();
        guard.push(1);
    }
    let length = {
        let guard = list.lock().unwrap();
        guard.len()
    };
    let guard = list.lock().unwrap();
    drop(guard);
    let guard = list.lock().unwrap();
    std::mem::drop(guard);
    let count = list.lock().unwrap().len();
    let copy = list.lock().unwrap().clone();
    let first = list.lock().unwrap().first().cloned();
    list.lock().unwrap().push(1);
    let _ = list.lock().unwrap();
    let nothing = list.lock().map(|list| list.len());
    work(length + count).await;
}

async fn dropped_on_every_way(ctx: &Context) {
    let guard = list.lock().unwrap();
    if guard.is_empty() {
        drop(guard);
        work().await;
        return;
    }
    drop(guard);
    work().await;
    let guard = list.lock().unwrap();
    match guard.first() {
        Some(_) => drop(guard),
        None => return,
    }
    work().await;
}

async fn in_an_inner_scope(ctx: &Context) {
    let guard = list.lock().unwrap();
    {
        let guard = 1;
        println!("{guard}");
    }
    drop(guard);
    work().await;
}

async fn arms_that_drop(ctx: &Context) {
    match list.lock() {
        Ok(guard) => {
            let length = guard.len();
            drop(guard);
            work(length).await;
        }
        Err(_) => return,
    }
    if let Ok(guard) = list.lock() {
        drop(guard);
        work().await;
    }
}

async fn hits_and_misses(ctx: &Context) {
    let cached = cache.lock().unwrap().get(key).cloned();
    let value = match cached {
        Some(value) => value,
        None => fetch(key).await?,
    };
    if let Ok(guard) = list.lock() {
        guard.push(value);
    } else {
        work().await;
    }
    let count = {
        let guard = list.lock().unwrap();
        let count = guard.len();
        count
    };
    let handle = scope(|| list.lock().unwrap().len());
    file.lock()?;
    work(count).await;
}

async fn conditions(ctx: &Context) {
    if list.lock().unwrap().is_empty() {
        work().await;
    }
    while list.lock().unwrap().is_empty() {
        notify.notified().await;
    }
    if list.lock().unwrap().is_empty() && work().await {}
    let item = list.lock().unwrap().pop();
    if let Some(item) = item {
        work(item).await;
    }
    match list.lock().unwrap().len() {
        0 => {}
        _ => {}
    }
    work().await;
}

async fn ended_before_else(ctx: &Context) {
    let Some(item) = list.lock().unwrap().pop() else {
        work().await;
        return;
    };
    if let Some(item) = list.lock().unwrap().pop() {
        look(item);
    } else {
        work(item).await;
    }
    let count = match kind {
        Kind::A => list.lock().unwrap().len(),
        Kind::B => fetch().await,
    };
}

async fn loops(ctx: &Context) {
    loop {
        let next = list.lock().unwrap().pop();
        let Some(item) = next else { break };
        work(item).await;
        let guard = list.lock().unwrap();
        if guard.is_empty() {
            break;
        }
    }
    work().await;
}

async fn asynchronous_locks(ctx: &Context) {
    let guard = list.lock().await;
    let other = map.read().await;
    let third = map.write().await;
    timeout(LIMIT, list.lock()).await?; //~ bare_timeout
    let locking = list.lock();
    tokio::pin!(locking);
    let later = list.lock();
    let guard = later.await;
    let (a, b) = tokio::join!(list.lock(), map.read());
    tokio::select! {
        guard = list.lock() => drop(guard),
        () = work() => {}
    }
    list.lock().boxed().await;
    list.lock().instrument(span).await;
    list.lock().await.push(work().await);
    send(list.lock().await.clone()).await;
    tokio::sync::Mutex::lock(&list).await.push(1);
    let guard = list.clone().lock_owned().await;
    let guard = list.try_lock()?;
    work().await;
}

async fn macros_make_futures_first(ctx: &Context) {
    tokio::select! {
        () = work(list.lock().unwrap().len()) => {}
        () = other() => {}
    }
    tokio::join!(work(list.lock().unwrap().len()), other());
}

async fn moved_away(ctx: &Context) {
    let guard = list.lock().unwrap();
    finish(guard);
    work().await;
    let guard = list.lock().unwrap();
    let kept = Kept { guard };
    drop(kept);
    work().await;
}

async fn other_reads_and_writes(ctx: &Context) {
    let bytes = reader.read(&mut buffer).await?;
    let event = events.read()?;
    writer.write(b"x").unwrap();
    work(event).await;
}

async fn nested(ctx: &Context) {
    fn helper() {
        let guard = list.lock().unwrap();
    }
    let guard = list.lock().unwrap();
    let later = async { work().await };
    drop(guard);
    later.await;
}
