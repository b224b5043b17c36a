// Violations.

async fn named_otherwise(ctx: &Context) {
    let group = TaskGroup::new(ctx);
    group.spawn(|inner| async move { work(&ctx).await }); //~ outer_context_in_task
    group.spawn(async move |_| work(ctx).await).await; //~ outer_context_in_task
    group.spawn_blocking(|_| count(ctx)); //~ outer_context_in_task
    group.join().await
}

async fn through_clones(ctx: Context, jobs: Vec<Job>) {
    let group = TaskGroup::new(&ctx).limit(8);
    for job in jobs {
        let outer = ctx.clone();
        group.spawn(move |task| async move {
            job.run(&outer).await?; //~ outer_context_in_task
            job.finish(&task).await
        });
    }
    group.join().await
}

async fn children(ctx: &Context, group: &TaskGroup) {
    let (child, canceller) = ctx.with_cancel();
    let limited = ctx.with_timeout(LIMIT);
    group.spawn(|_| async move { child.run(work()).await }); //~ outer_context_in_task
    group.handle().spawn(async |own| load(&limited).await); //~ outer_context_in_task
    canceller.cancel();
    work().await;
}

async fn pools(ctx: &Context, items: Vec<u8>) {
    WorkerPool::new(8).run(ctx, items, |_, item| async move { send(ctx, item).await }).await; //~ outer_context_in_task
    nested(ctx, async move |inner| work(ctx).await).await;
}

// Idioms.

async fn its_own(ctx: &Context) {
    let group = TaskGroup::new(ctx);
    group.spawn(|ctx| async move { work(&ctx).await });
    group.spawn(async move |ctx| work(&ctx).await).await;
    group.spawn(|_| async move { plain().await });
    group.spawn(|task| async move { work(&task).await });
    group.join().await
}

async fn outlives_the_group(ctx: &Context, group: &TaskGroup) {
    group.spawn(|_| async move { audit(ctx.detach()).await });
    group.spawn(move |task| async move {
        let ctx = task;
        work(&ctx).await
    });
    work().await;
}

async fn scoped_threads(ctx: &Context) {
    std::thread::scope(|scope| { //~ blocking_call
        scope.spawn(|_| count(ctx));
    });
    crossbeam.scope(|inner| inner.spawn(|_| count(ctx)));
    work().await;
}

async fn without_parameters(ctx: &Context) {
    self.tracker.spawn(async move { work(&ctx).await });
    let mut set = JoinSet::new();
    set.spawn(async move { work(&ctx).await });
    set.join_all().await;
}
