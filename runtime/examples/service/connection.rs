//! A connection: requests, one after the other.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use taskward::{Context, ContextError, with_timeout};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// Longer lines are refused.
const LONGEST: u64 = 8 * 1024;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the request is no line of at most {LONGEST} bytes of UTF-8")]
    NoLine,
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

/// The state shared by all connections.
pub(crate) struct Service {
    work: Duration,
    connections: AtomicUsize,
    answered: AtomicUsize,
    refused: AtomicUsize,
}

impl Service {
    pub(crate) fn new(work: Duration) -> Self {
        let none = || AtomicUsize::new(0);
        Self { work, connections: none(), answered: none(), refused: none() }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connections, answered, refused, .. } = self;
        let (connections, answered, refused) =
            (connections.load(Relaxed), answered.load(Relaxed), refused.load(Relaxed));
        write!(f, "{connections} connections, {answered} requests answered, {refused} refused")
    }
}

/// Serves requests until the client disconnects, a request is invalid, or `ctx` ends. Then further
/// requests are refused.
pub(crate) async fn serve(ctx: Context, stream: TcpStream, service: Arc<Service>) {
    service.connections.fetch_add(1, Relaxed);
    let mut stream = BufStream::new(stream);
    let why = loop {
        // An interruption here loses at most a request that would be refused.
        let answer = match ctx.run(read(&mut stream)).await {
            // A request that was read is answered: with its own limit, independent of the end of
            // `ctx`.
            Ok(Ok(Some(request))) => answer(&ctx.detach(), &request, service.work).await,
            Ok(Ok(None)) => return,
            Ok(Err(error)) => Err(error),
            Err(stopping) => Err(stopping.into()),
        };
        match answer {
            Ok(answer) if write(&mut stream, &format!("ok: {answer}\n")).await.is_ok() => {
                service.answered.fetch_add(1, Relaxed);
            }
            Ok(_) => return,
            Err(why) => break why,
        }
    };
    // A disconnected client needs no answer.
    if refuse(stream, &why).await.is_ok() {
        service.refused.fetch_add(1, Relaxed);
    }
}

/// Reads the next line. Returns `None` at the end.
#[with_timeout("10s")]
async fn read(stream: &mut BufStream<TcpStream>) -> Result<Option<String>, Error> {
    let mut line = String::new();
    match stream.take(LONGEST).read_line(&mut line).await {
        Ok(0) => Ok(None),
        Ok(_) if line.ends_with('\n') => Ok(Some(line.trim_end().to_owned())),
        Ok(_) => Err(Error::NoLine),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(Error::NoLine),
        Err(error) => Err(error.into()),
    }
}

/// Processes a request.
#[with_timeout("2s")]
async fn answer(ctx: &Context, request: &str, work: Duration) -> Result<String, Error> {
    ctx.check()?;
    sleep(work).await;
    Ok(request.to_uppercase())
}

// After the limit the connection is closed, so a partial answer is never taken for a whole one.
#[with_timeout("2s", allow(torn_write))]
async fn write(stream: &mut BufStream<TcpStream>, answer: &str) -> Result<(), Error> {
    stream.write_all(answer.as_bytes()).await?;
    Ok(stream.flush().await?)
}

/// Sends the reason, and reads pending input: closing the connection before that would reset it
/// and lose the refusal.
#[with_timeout("2s")]
async fn refuse(mut stream: BufStream<TcpStream>, why: &Error) -> Result<(), Error> {
    write(&mut stream, &format!("refused: {why}\n")).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    Ok(())
}
