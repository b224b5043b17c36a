// Violations.

async fn dropped_at_once(ctx: &Context) {
    let (child, _) = ctx.with_cancel(); //~ dropped_canceller
    let (child, ..) = ctx.with_cancel(); //~ dropped_canceller
    let (child, _): (Context, Canceller) = ctx.with_cancel(); //~ dropped_canceller
    let _ = ctx.with_cancel(); //~ dropped_canceller
    let child = ctx.with_cancel().0; //~ dropped_canceller
    let child = ctx.with_value(1).with_cancel().0.with_timeout(LIMIT); //~ dropped_canceller
    let (child, _) = Context::with_cancel(&ctx); //~ dropped_canceller
    (child, _) = ctx.with_cancel(); //~ dropped_canceller
    _ = ctx.with_cancel(); //~ dropped_canceller
    call(&child).await;
}

async fn forgotten(ctx: &Context) {
    use std::mem;
    let (child, canceller) = ctx.with_cancel();
    std::mem::forget(canceller); //~ dropped_canceller
    let pair = ctx.with_cancel();
    mem::forget(pair.1); //~ dropped_canceller
    let forget = std::mem::forget;
    let (other, end) = ctx.with_cancel();
    forget(end); //~ dropped_canceller
    let kept = ManuallyDrop::new(ctx.with_cancel()); //~ dropped_canceller
    let (third, end) = ctx.with_cancel();
    let end = std::mem::ManuallyDrop::new(end); //~ dropped_canceller
    call(&child).await;
}

#[cancellable(allow(detached_task))]
async fn forgotten_tasks(ctx: &Context) {
    let handle: JoinHandle<()> = tokio::spawn(work());
    std::mem::forget(handle); //~ dropped_canceller
    mem::forget(tokio::spawn(work())); //~ dropped_canceller
    let set = JoinSet::new();
    mem::forget(set); //~ dropped_canceller
    let group = taskward::TaskGroup::new(ctx);
    core::mem::forget(group); //~ dropped_canceller
    work().await;
}

// Idioms.

async fn kept(ctx: &Context) {
    let (child, _canceller) = ctx.with_cancel();
    let (_, canceller) = ctx.with_cancel();
    let (other, end) = ctx.with_timeout(LIMIT).with_cancel();
    end.disarm();
    self.pair = ctx.with_cancel();
    (self.ctx, self.canceller) = ctx.with_cancel();
    drop(canceller);
    call(&child).await;
}

async fn something_else_is_forgotten(ctx: &Context) {
    let file = open().await;
    std::mem::forget(file);
    self.forget(file);
    let limited = ctx.with_timeout(LIMIT);
    let _ = ctx.with_value(1);
    mem::drop(limited);
}
