//! A server on loopback, and an HTTP/1.1 client that sends exactly the given bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use taskward::{Canceller, Context, ContextError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) const SOON: Duration = Duration::from_secs(5);

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Fails the test instead of hanging it.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    timeout(SOON, future).await.expect("it takes too long")
}

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) stop: Canceller,
    pub(crate) done: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// `app` receives the context of the service.
    pub(crate) async fn start(drain: Duration, app: impl FnOnce(&Context) -> Router) -> Self {
        let (ctx, stop) = Context::background().with_cancel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serve = taskward_http::axum::serve(listener, app(&ctx), &ctx).drain(drain);
        Self { address, stop, done: tokio::spawn(serve.into_future()) }
    }

    pub(crate) async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    pub(crate) async fn get(&self, path: &str, headers: &str) -> Reply {
        let mut client = self.connect().await;
        client.send(path, headers).await;
        soon(client.reply()).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Stops the server. Returns the time that this took.
    pub(crate) async fn stop(self) -> Duration {
        self.stop.cancel_with(taskward::ShuttingDown);
        let began = std::time::Instant::now();
        timeout(SOON, self.done).await.expect("the server does not stop").unwrap().unwrap();
        began.elapsed()
    }
}

pub(crate) struct Client(pub(crate) TcpStream);

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

impl Client {
    pub(crate) async fn send(&mut self, path: &str, headers: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        self.0.write_all(request.as_bytes()).await.unwrap();
    }

    /// Reads the head and the announced body.
    pub(crate) async fn reply(&mut self) -> Reply {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match self.0.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(error) => panic!("{error} after {}", head.escape_ascii()),
            }
        }
        let head = String::from_utf8(head).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut reply = Reply { status, head, body: String::new() };
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        reply.body = String::from_utf8(body).unwrap();
        reply
    }

    pub(crate) async fn read_to_end(&mut self) -> std::io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await?;
        Ok(rest)
    }
}

/// Receives the ends of handlers' contexts.
#[derive(Clone, Debug)]
pub(crate) struct Ends(mpsc::UnboundedSender<Option<ContextError>>);

pub(crate) fn ends() -> (Ends, mpsc::UnboundedReceiver<Option<ContextError>>) {
    let (tx, rx) = mpsc::unbounded_channel();
    (Ends(tx), rx)
}

/// Reports the end of the context when it is dropped.
pub(crate) struct Witness {
    ctx: Context,
    ends: Arc<Ends>,
}

impl Ends {
    pub(crate) fn watch(&self, ctx: &Context) -> Witness {
        Witness { ctx: ctx.clone(), ends: Arc::new(self.clone()) }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        _ = self.ends.0.send(self.ctx.check().err());
    }
}
