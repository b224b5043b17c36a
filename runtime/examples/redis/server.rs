//! A `redis-server` with its own port and folder, killed when this process ends.

use std::env;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use taskward::{Context, cancellable, with_timeout};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::store::Error;

pub(crate) struct Server {
    program: PathBuf,
    folder: TempDir,
    address: SocketAddr,
    process: Option<Child>,
}

impl Server {
    /// Returns `None` if there is no such program.
    pub(crate) fn find() -> io::Result<Option<Self>> {
        let path = env::var_os("PATH").unwrap_or_default();
        let name = format!("redis-server{}", env::consts::EXE_SUFFIX);
        let Some(program) = env::split_paths(&path).map(|folder| folder.join(&name)).find(|file| file.is_file()) else {
            return Ok(None);
        };
        Ok(Some(Self { program, folder: tempfile::tempdir()?, address: free_address()?, process: None }))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the server answers. Fails if another process has taken the port meanwhile.
    #[with_timeout("30s")]
    pub(crate) async fn start(&mut self, ctx: &Context) -> Result<(), Error> {
        self.spawn()?;
        loop {
            if let Some(status) = self.process.as_mut().and_then(|process| process.try_wait().transpose()) {
                return Err(io::Error::other(format!("redis-server has exited: {}", status?)).into());
            }
            if ping(ctx, self.address).await.is_ok() {
                return Ok(());
            }
            ctx.check()?;
            sleep(Duration::from_millis(2)).await;
        }
    }

    fn spawn(&mut self) -> io::Result<()> {
        let mut command = Command::new(&self.program);
        command.args(["--bind", "127.0.0.1", "--port", &self.address.port().to_string()]);
        // No persistence.
        command.args(["--save", "", "--appendonly", "no", "--dir"]).arg(self.folder.path());
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        self.process = Some(process);
        Ok(())
    }

    /// Kills the server without a word to its clients, like a power failure.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // It may have exited by itself.
            _ = process.kill();
            _ = process.wait();
        }
    }
}

/// Runs on a panic, too.
impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Returns a port below those that the system assigns to clients: a client that connects to such a
/// port while nothing listens may be connected to itself.
fn free_address() -> io::Result<SocketAddr> {
    const PORTS: std::ops::Range<u16> = 17_000..32_000;

    let range = u32::from(PORTS.end - PORTS.start);
    // Two examples started at the same time search in different orders.
    let first = std::process::id().wrapping_mul(97) % range;
    (0..range)
        .filter_map(|n| u16::try_from((first + n) % range).ok())
        .map(|offset| SocketAddr::from((Ipv4Addr::LOCALHOST, PORTS.start + offset)))
        .find(|address| TcpListener::bind(address).is_ok())
        .ok_or_else(|| io::Error::other("no port is free"))
}

// The connection is dropped with the call, so a partial command is never read.
#[cancellable(allow(torn_write))]
async fn ping(_ctx: &Context, address: SocketAddr) -> Result<(), Error> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"PING\r\n").await?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).await?;
    if &answer == b"+PONG\r\n" { Ok(()) } else { Err(io::Error::other("this is no Redis").into()) }
}
