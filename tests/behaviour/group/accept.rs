//! README's accept loop with real sockets: it survives failures, and stops without a torn reply.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use taskward::{Canceller, Context, TaskGroup};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

const REPLY: usize = 5 * 1024 * 1024;

struct Server {
    address: std::net::SocketAddr,
    canceller: Canceller,
    running: JoinHandle<()>,
    served: Arc<AtomicUsize>,
}

/// Each byte is a request: `!` panics, any other byte gets a long reply.
async fn serve(ctx: Context, mut stream: TcpStream, served: Arc<AtomicUsize>) {
    while let Ok(Ok(request)) = ctx.run(stream.read_u8()).await {
        assert_ne!(request, b'!', "a bad request");
        // Not interrupted, because the group has a grace.
        if stream.write_all(&vec![request; REPLY]).await.is_err() {
            return;
        }
        served.fetch_add(1, SeqCst);
    }
}

async fn accept_loop(ctx: Context, listener: TcpListener, grace: Duration, limit: usize, served: Arc<AtomicUsize>) {
    let connections = TaskGroup::<()>::new(&ctx).limit(limit).grace(grace).isolate_panics();
    let fails_once = AtomicUsize::new(0);
    while let Ok(room) = connections.room().await {
        let accepted = ctx.run(async {
            // The error of too many open files.
            if fails_once.fetch_add(1, SeqCst) == 1 {
                Err(io::Error::from_raw_os_error(24))
            } else {
                listener.accept().await
            }
        });
        match accepted.await {
            Ok(Ok((stream, _))) => {
                let served = served.clone();
                drop(room.spawn(move |ctx| serve(ctx, stream, served)));
            }
            Ok(Err(_)) => _ = ctx.run(sleep(Duration::from_millis(5))).await,
            Err(_stopping) => break,
        }
    }
    connections.join().await;
}

async fn server(grace: Duration, limit: usize) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, served) = (listener.local_addr().unwrap(), Arc::default());
    let (ctx, canceller) = Context::background().with_cancel();
    let running = tokio::spawn(accept_loop(ctx, listener, grace, limit, Arc::clone(&served)));
    Server { address, canceller, running, served }
}

impl Server {
    async fn request(&self, byte: u8) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_u8(byte).await.unwrap();
        stream
    }

    async fn stop(self) {
        self.canceller.cancel();
        timeout(Duration::from_secs(30), self.running).await.expect("it stops").unwrap();
    }
}

async fn read_reply(mut stream: TcpStream) -> usize {
    let mut buffer = vec![0; REPLY];
    match stream.read_exact(&mut buffer).await {
        Ok(_) => buffer.len(),
        Err(error) => panic!("torn: {error}"),
    }
}

#[tokio::test]
async fn the_service_goes_on_after_a_handler_panicked_and_accept_failed() {
    let server = server(Duration::from_secs(5), 8).await;
    for _ in 0..3 {
        let mut bad = server.request(b'!').await;
        assert_eq!(bad.read(&mut [0]).await.unwrap_or(0), 0, "closed");
        assert_eq!(read_reply(server.request(b'a').await).await, REPLY);
    }
    server.stop().await;
}

#[tokio::test]
async fn no_reply_that_is_under_way_is_torn_when_the_service_stops() {
    let server = server(Duration::from_secs(20), 100).await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        let mut stream = server.request(b'a').await;
        // The reply has begun, and the buffers between client and server are full.
        assert_eq!(stream.read_u8().await.unwrap(), b'a');
        clients.push(stream);
    }
    let idle = TcpStream::connect(server.address).await.unwrap();
    sleep(Duration::from_millis(20)).await;
    let served = server.served.clone();
    assert_eq!(served.load(SeqCst), 0);
    let stopping = tokio::spawn(server.stop());
    sleep(Duration::from_millis(20)).await;
    for mut stream in clients {
        let mut rest = vec![0; REPLY - 1];
        stream.read_exact(&mut rest).await.expect("nothing is torn");
    }
    stopping.await.unwrap();
    assert_eq!(served.load(SeqCst), 10);
    drop(idle);
}

#[tokio::test]
async fn a_client_that_never_reads_holds_the_end_up_no_longer_than_the_grace() {
    let server = server(Duration::from_millis(200), 8).await;
    let stuck = server.request(b'a').await;
    sleep(Duration::from_millis(50)).await;
    let start = Instant::now();
    server.stop().await;
    assert!(start.elapsed() >= Duration::from_millis(150), "{:?}", start.elapsed());
    drop(stuck);
}

#[tokio::test]
async fn a_full_service_does_not_accept_what_it_has_no_room_for() {
    let server = server(Duration::from_secs(5), 1).await;
    let first = server.request(b'a').await;
    let mut second = server.request(b'b').await;
    assert!(timeout(Duration::from_millis(50), second.read_u8()).await.is_err(), "it waits in the backlog");
    assert_eq!(read_reply(first).await, REPLY);
    assert_eq!(read_reply(second).await, REPLY);
    server.stop().await;
}
