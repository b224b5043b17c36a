// Violations.

async fn calls(ctx: &Context, id: u64) {
    let _ = audit(ctx, id); //~ discarded_future
    self.store.save(ctx, 0).await?;
    let _ = self.store.save(ctx, id); //~ discarded_future
    drop(self.store.save(ctx, id)); //~ discarded_future
    _ = audit(&ctx, id); //~ discarded_future
    drop(audit(ctx.clone(), id)); //~ discarded_future
    std::mem::drop(Store::save(&store, ctx, id)); //~ discarded_future
    if changed {
        let _ = crate::audit::note(id, ctx); //~ discarded_future
    }
    work().await;
}

// Idioms.

async fn awaited(ctx: &Context, id: u64) {
    let _ = audit(ctx, id).await;
    _ = self.store.save(ctx, id).await;
    let later = audit(ctx, id);
    later.await;
    drop(audit(ctx, id).await);
}

async fn no_futures(ctx: &Context, id: u64) {
    let _ = Guard(ctx, id);
    let _ = TaskGroup::new(ctx);
    let _ = sender.send(ctx.clone());
    let _ = map.insert(id, ctx.clone());
    let _ = group.spawn(ctx);
    let _ = parse(id);
    drop(id);
    // These methods are not known to be async.
    drop(self.ends.watch(&ctx));
    drop(app.watch(ctx.clone()));
    let _ = self.ends.watch(ctx);
    work().await;
}
