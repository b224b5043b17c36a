// Violations.

#[cancellable(allow(no_await))]
async fn computes(ctx: &Context) {
    loop {} //~ endless_loop
    loop { //~ endless_loop
        n = compute(n);
    }
    while true { //~ endless_loop
        println!("{n}");
    }
    for n in 0.. { //~ endless_loop
        compute(n);
    }
    for () in std::iter::repeat(()) { //~ endless_loop
        compute(n);
    }
}

async fn only_inner_ways_out(ctx: &Context) {
    work().await;
    loop { //~ endless_loop
        for item in items {
            if item.is_last() {
                break;
            }
        }
        'inner: loop {
            break 'inner;
        }
        'block: {
            if done {
                break 'block;
            }
        }
        if more {
            continue;
        }
    }
}

async fn elsewhere(ctx: &Context) {
    work().await;
    loop { //~ endless_loop
        let later = async { work().await };
        let closure = || return;
        let other = move || async move { work().await };
        fn nested() -> Option<()> {
            return Some(());
        }
        list.push(later);
    }
}

async fn in_async_blocks(ctx: &Context) {
    let run = async {
        loop { //~ endless_loop
            compute(1);
        }
    };
    run.await;
}

async fn with_branches(ctx: &Context) {
    work().await;
    loop { //~ endless_loop
        match next() {
            Some(n) if n > 1 => compute(n),
            Some(_) => continue,
            None => reset(),
        }
    }
}

// Idioms.

async fn ways_out(ctx: &Context) -> Result<u8, Error> {
    loop {
        if compute() {
            break;
        }
    }
    loop {
        let Some(n) = next() else { return Ok(1) };
    }
    let n = loop {
        break compute();
    };
    loop {
        compute()?;
    }
    while condition() {
        compute();
    }
    for n in 0..10 {
        compute();
    }
    work().await
}

async fn labels(ctx: &Context) {
    'outer: loop {
        'inner: loop {
            for item in items {
                if item.is_last() {
                    break 'outer;
                }
            }
        }
    }
    'turn: while work().await {
        loop {
            if compute() {
                continue 'turn;
            }
        }
    }
    'found: {
        loop {
            if compute() {
                break 'found;
            }
        }
    }
}

async fn awaits_or_checks(ctx: &Context) -> Result<(), Error> {
    loop {
        work().await;
    }
    loop {
        ctx.check()?;
        compute();
    }
    loop {
        if ctx.has_ended() {
            cleanup();
        }
    }
    loop {
        Context::check(ctx)?;
    }
    for n in 0.. {
        work().await;
    }
    for n in 1.. {
        if n > 10 {
            break;
        }
    }
    loop {
        tokio::select! {
            () = work() => {}
            () = other() => {}
        }
    }
    loop {
        futures::select! {
            item = stream.next() => compute(item),
            complete => {}
        }
    }
}

async fn ends_otherwise(ctx: &Context) {
    work().await;
    loop {
        panic!("never");
    }
    loop {
        std::process::exit(1);
    }
    loop {
        my_macro!();
    }
    loop {
        unreachable!()
    }
}
