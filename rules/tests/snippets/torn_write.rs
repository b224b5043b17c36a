// Violations.

async fn serve(ctx: &Context, mut stream: TcpStream) -> io::Result<()> {
    loop {
        let read = stream.read(&mut buffer).await?;
        stream.write_all(&buffer[..read]).await?; //~ torn_write
    }
}

async fn header_and_body(ctx: &Context) -> io::Result<()> {
    stream.write_all(header).await?; //~ torn_write
    stream.write_all(body).await
}

async fn more_comes(ctx: &Context) -> io::Result<()> {
    tokio::io::copy(&mut file, &mut stream).await?; //~ torn_write
    stream.write_all_buf(&mut buffer).await?; //~ torn_write
    note().await;
    Ok(())
}

async fn in_other_code(ctx: &Context) {
    tokio::select! {
        done = stream.write_all(data) => done?, //~ torn_write
        () = late() => {}
    }
    tokio::try_join!(one.write_all(data), two.write_all(data))?; //~ torn_write
    work().await;
}

async fn around_a_parameter(ctx: &Context, stream: TcpStream) -> io::Result<()> {
    let mut output = BufWriter::new(stream);
    output.write_all(header).await?; //~ torn_write
    let mut file = File::create(path).await?;
    file.write_all(header).await?; //~ torn_write
    note().await
}

// Idioms.

async fn shielded(ctx: &Context) -> io::Result<()> {
    loop {
        ctx.shield(stream.write_all(reply)).await?;
        ctx.shield(async {
            stream.write_all(header).await?;
            stream.write_all(body).await
        })
        .await?;
    }
}

async fn the_last_thing(ctx: &Context) -> io::Result<()> {
    let reply = reply(ctx).await?;
    stream.write_all(&reply).await?;
    stream.flush().await?;
    stream.shutdown().await?;
    Ok(())
}

async fn on_each_way(ctx: &Context) -> io::Result<()> {
    match reply(ctx).await {
        Ok(reply) => stream.write_all(&reply).await,
        Err(_) if empty => Ok(()),
        Err(error) => {
            stream.write_all(b"error").await?;
            Err(error)
        }
    }
}

#[graceful]
async fn has_time(ctx: &Context) -> io::Result<()> {
    stream.write_all(header).await?;
    stream.write_all(body).await
}

#[plain]
async fn not_interrupted(ctx: &Context) -> io::Result<()> {
    stream.write_all(header).await?;
    stream.write_all(body).await
}

async fn not_async(ctx: &Context) -> io::Result<()> {
    text.write_all(header)?;
    work().await;
    Ok(())
}

async fn into_memory(ctx: &Context) -> io::Result<Vec<u8>> {
    let mut encoder = BrotliEncoder::new(Vec::new());
    encoder.write_all(DATA).await?;
    let (mut near, far) = tokio::io::duplex(64);
    near.write_all(DATA).await?;
    store.copy(from, to).await?;
    near.write_all(DATA).await?;
    work(far).await;
    Ok(encoder.into_inner())
}
