//! A TCP service that stops without losing a request:
//!
//!     cargo run --example service -- --listen 127.0.0.1:7070
//!     echo hello | nc -q1 127.0.0.1 7070        # ok: HELLO
//!
//! A request is a line, and so is its answer: `ok: …`, or `refused: …` and the reason. At SIGTERM
//! or Ctrl-C the service accepts no more connections. Requests that it has read are answered,
//! later ones are refused, and the process exits.

mod connection;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use taskward::{Context, Room, TaskGroup};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::connection::{Service, serve};

/// Answers each line with its upper-case form.
#[derive(Parser)]
struct Options {
    /// Address to listen on; port 0 takes any free port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7070")]
    listen: SocketAddr,
    /// Number of connections to serve at a time.
    #[arg(long, value_name = "N", default_value_t = 1024)]
    connections: usize,
    /// Time to work on each request.
    #[arg(long, value_name = "TIME", default_value = "5ms", value_parser = humantime::parse_duration)]
    work: Duration,
}

#[taskward::main(grace = "8s", allow(outer_context_in_task))]
async fn main(ctx: Context) -> io::Result<()> {
    let options = Options::parse();
    let service = Arc::new(Service::new(options.work));
    let listener = TcpListener::bind(options.listen).await?;
    println!("listening on {}", listener.local_addr()?);

    // A connection ends when its requests have been answered, and not when `ctx` does.
    let connections = TaskGroup::<()>::new(&ctx.detach()).limit(options.connections.max(1)).isolate_panics();
    let start = |room: Room<'_, ()>, stream| {
        let (ctx, service) = (ctx.clone(), service.clone());
        _ = room.spawn_named("connection", move |_| serve(ctx, stream, service));
    };
    while let Ok(Ok(room)) = ctx.run(connections.room()).await {
        match ctx.run(listener.accept()).await {
            Ok(Ok((stream, _))) => start(room, stream),
            // Too many open files, perhaps: retry later.
            Ok(Err(error)) => {
                eprintln!("cannot accept: {error}");
                _ = ctx.run(sleep(Duration::from_millis(50))).await;
            }
            Err(_stopping) => break,
        }
    }
    for stream in waiting(listener)? {
        if let Ok(room) = connections.room().await {
            start(room, stream);
        }
    }
    connections.join().await;
    println!("{service}");
    Ok(())
}

/// Returns the connections that the system has accepted and this process has not.
fn waiting(listener: TcpListener) -> io::Result<Vec<TcpStream>> {
    let listener = listener.into_std()?;
    let mut streams = Vec::new();
    while let Ok((stream, _)) = listener.accept() {
        stream.set_nonblocking(true)?;
        streams.push(TcpStream::from_std(stream)?);
    }
    Ok(streams)
}
