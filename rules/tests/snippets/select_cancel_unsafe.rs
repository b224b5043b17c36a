// Violations.

async fn other_branches_go_on(ctx: &Context) {
    loop {
        tokio::select! {
            read = input.read_exact(&mut frame) => handle(read), //~ select_cancel_unsafe
            () = tick() => {}
        }
        tokio::select! {
            biased;
            line = lines.read_line(&mut text), if open => handle(line), //~ select_cancel_unsafe
            done = timeout(LIMIT, output.write_all(b"x")) => done?, //~ select_cancel_unsafe bare_timeout
            else => break,
        }
    }
}

async fn in_blocks(ctx: &Context) {
    while open {
        select! {
            read = async { input.read_to_end(&mut buffer).await } => handle(read), //~ select_cancel_unsafe
            stopped = stop.changed() => {
                if stopped.is_err() {
                    return;
                }
            }
        }
    }
}

async fn as_functions(ctx: &Context) {
    for turn in 0..3 {
        tokio::select! {
            read = AsyncReadExt::read_exact(&mut input, &mut frame) => handle(read), //~ select_cancel_unsafe
            () = tick() => continue,
        }
    }
}

async fn others(ctx: &Context) {
    loop {
        let next = futures::select! {
            read = input.read_until(b'x', &mut buffer).fuse() => read, //~ select_cancel_unsafe
            item = stream.next() => item,
            complete => break,
        };
        work(next).await;
    }
}

async fn numbers(ctx: &Context) {
    loop {
        tokio::select! {
            length = input.read_u32() => handle(length), //~ select_cancel_unsafe
            length = input.read_u16_le() => handle(length), //~ select_cancel_unsafe
            done = output.write_i64(1) => done?, //~ select_cancel_unsafe
            () = tick() => {}
        }
    }
}

async fn limits(token: &CancellationToken) {
    loop {
        match timeout(LIMIT, input.read_exact(&mut frame)).await { //~ select_cancel_unsafe
            Ok(read) => handle(read?),
            Err(_) => ping(),
        }
        if let Ok(read) = timeout(LIMIT, input.read_line(&mut line)).await { //~ select_cancel_unsafe
            handle(read?);
        }
        if let Err(_) = timeout(LIMIT, input.read_u8()).await { //~ select_cancel_unsafe
            ping();
        }
        let Ok(read) = timeout(LIMIT, input.read_to_end(&mut all)).await else { continue }; //~ select_cancel_unsafe
        let _ = timeout(LIMIT, output.write_all(&all)).await; //~ select_cancel_unsafe
    }
}

// Idioms.

async fn all_others_leave(ctx: &Context) {
    loop {
        tokio::select! {
            read = input.read_exact(&mut frame) => handle(read?),
            _ = stop.recv() => return Ok(()),
            () = ctx.cancelled() => {
                output.shutdown().await?;
                break;
            }
            () = late() => bail!("too late"),
        }
    }
}

async fn made_before(ctx: &Context) {
    let reading = input.read_exact(&mut frame);
    tokio::pin!(reading);
    loop {
        tokio::select! {
            read = &mut reading => return read,
            () = tick() => {}
        }
    }
}

async fn cancel_safe(ctx: &Context) {
    loop {
        tokio::select! {
            read = input.read(&mut buffer) => {
                output.write_all(&buffer).await?; //~ torn_write
            }
            read = input.read_buf(&mut buffer) => handle(read),
            item = queue.recv() => handle(item),
            line = lines.next_line() => handle(line),
            () = tick(), if ready => {}
        }
    }
}

async fn without_a_loop(ctx: &Context) {
    tokio::select! {
        read = input.read_exact(&mut frame) => handle(read),
        () = tick() => {}
    }
    loop {
        input.read_exact(&mut frame).await?;
    }
}

async fn limits_that_leave(token: &CancellationToken) {
    loop {
        timeout(LIMIT, input.read_exact(&mut frame)).await??;
        match timeout(LIMIT, input.read_exact(&mut frame)).await {
            Ok(read) => handle(read?),
            Err(_) => return,
        }
        let Ok(read) = timeout(LIMIT, input.read_u8()).await else { break };
        if let Err(_) = timeout(LIMIT, input.read_u8()).await {
            return;
        }
        if let Ok(byte) = timeout(LIMIT, input.read(&mut buffer)).await {
            handle(byte?);
        }
    }
}
