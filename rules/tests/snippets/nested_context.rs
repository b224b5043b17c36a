// Violations.

async fn grows(ctx: &Context) {
    let mut ctx = ctx.clone();
    for item in items {
        ctx = ctx.with_value(item); //~ nested_context
        call(&ctx).await;
    }
    while more().await {
        ctx = ctx.clone().with_timeout(LIMIT); //~ nested_context
        ctx = (&ctx).with_deadline(then); //~ nested_context
        ctx = Context::with_value(&ctx, 1); //~ nested_context
    }
}

async fn with_cancellers(ctx: Context) {
    loop {
        (ctx, canceller) = ctx.with_cancel(); //~ nested_context
        ctx = ctx.with_cancel().0; //~ nested_context dropped_canceller
        ctx = ctx.with_timeout(LIMIT).with_value(1); //~ nested_context
        call(&ctx).await;
    }
}

async fn fields(&mut self, ctx: &Context) {
    for item in items {
        self.ctx = self.ctx.with_value(item); //~ nested_context
        call(&self.ctx).await;
    }
}

async fn declared_one_loop_further_out(ctx: &Context) {
    for list in lists {
        let mut ctx = ctx.clone();
        for item in list {
            ctx = ctx.with_value(item); //~ nested_context
            call(&ctx).await;
        }
    }
}

async fn in_a_block_or_branch(ctx: Context) {
    loop {
        if slow {
            ctx = ctx.with_timeout(LIMIT); //~ nested_context
        }
        call(&ctx).await;
    }
}

// Idioms.

async fn one_for_each_iteration(ctx: &Context) {
    for item in items {
        let ctx = ctx.with_value(item);
        call(&ctx).await;
    }
    for item in items {
        let mut ctx = ctx.clone();
        if let Some(limit) = item.limit {
            ctx = ctx.with_timeout(limit);
        }
        call(&ctx).await;
    }
}

async fn begins_anew(ctx: &Context) {
    let mut current;
    loop {
        current = ctx.clone();
        current = current.with_timeout(LIMIT);
        call(&current).await;
    }
}

async fn from_another(ctx: &Context) {
    let mut child = ctx.clone();
    let mut ctx = ctx.with_timeout(LIMIT);
    ctx = ctx.with_value(1);
    loop {
        child = ctx.with_timeout(LIMIT);
        call(&child).await;
    }
}

async fn builders(ctx: &Context) {
    let mut request = Request::new();
    for header in headers {
        request = request.with_header(header);
    }
    send(request).await;
}
