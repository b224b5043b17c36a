// Violations.

async fn computes(ctx: &Context) -> Result<u64, Error> { //~ no_await
    Ok(numbers.iter().sum())
}

async fn only_in_closures(ctx: &Context) -> Vec<Job> { //~ no_await
    jobs.map(|job| async move { job.await }).collect()
}

async fn only_makes(ctx: &Context) { //~ no_await
    let later = async { work().await };
    list.push(later);
}

async fn nested(ctx: &Context) { //~ no_await
    async fn inner() {
        work().await;
    }
    println!("{}", 1);
}

async fn keeps_it(ctx: &Context) -> Session { //~ no_await
    Session { ctx, started: now() }
}

async fn value_only(ctx: &Context) -> Option<Id> { //~ no_await
    ctx.value::<Id>().cloned()
}

#[cancellable(ambient)]
async fn no_parameter(&self) -> Option<u8> { //~ no_await
    Some(self.n)
}

// Idioms.

async fn awaits(ctx: &Context) {
    work().await;
}

async fn in_macros(ctx: &Context) {
    tokio::join!(a(), b());
}

async fn in_arguments(ctx: &Context) {
    assert!(expected == work().await);
}

async fn in_fields(ctx: &Context) {
    tracing::info!(peer.address = %address().await, "connected");
}

async fn in_selects(ctx: &Context) {
    tokio::select! {
        () = a() => {}
        else => {}
    }
}

async fn checks(ctx: &Context) -> Result<(), Error> {
    for item in items {
        ctx.check()?;
        compute(item);
    }
    Ok(())
}

async fn in_a_closure(ctx: &Context) -> Result<(), Error> {
    items.iter().try_for_each(|item| {
        ctx.check()?;
        compute(item)
    })
}

async fn in_a_closure_elsewhere(ctx: &Context) -> Result<(), Error> {
    items.iter().try_for_each(|item| compute(ctx, item))
}

async fn hands_it_on(ctx: &Context) -> Result<(), Error> {
    compute(ctx)
}

async fn hands_a_clone_on(ctx: &Context) -> Stream {
    self.stream(ctx.clone())
}

async fn asks_for_the_limit(ctx: &Context) -> Result<u8, Error> {
    let limit = ctx.remaining();
    self.client.get_within(limit)
}

async fn empty(ctx: &Context) {}

/// A body that only panics counts as empty.
async fn not_supported(ctx: &Context) -> u8 {
    panic!("not supported here")
}

async fn unknown(ctx: &Context) -> u8 {
    generated!(ctx)
}

async fn in_an_unreadable_macro(ctx: &Context) -> Result<Value, Error> {
    Ok(json!({ "user": load(ctx).await? }))
}

async fn waits_in_a_macro(ctx: &Context) {
    info!(target: "server", answer = %load().await, "loaded");
}

#[plain]
async fn promises_nothing(ctx: &Context) -> u8 {
    1
}
