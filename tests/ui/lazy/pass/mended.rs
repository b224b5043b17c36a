//! The fixtures of `fail` with the helps followed.

use std::fmt::Debug;
use std::io;
use std::sync::{Arc, Mutex};

use taskward::{Context, Lazy, lazy, with_timeout};

#[derive(Default)]
struct Connection;

struct Client {
    field: Lazy<Connection>,
    shards: Vec<Lazy<Connection>>,
    url: String,
}

impl Client {
    #[lazy(self.field)]
    async fn owned(&self) -> io::Result<Arc<Connection>> {
        let _ = self.url.len();
        Ok(Connection)
    }

    #[with_timeout("5s")]
    #[lazy(self.field)]
    async fn limited(&self) -> Result<Arc<Connection>, Error> {
        Ok(Connection)
    }

    #[lazy(self.field, on_error = share)]
    async fn not_clone(&self) -> Result<Arc<Connection>, String> {
        Ok(Connection)
    }

    #[lazy(self.shards[n])]
    async fn argument(&self, n: usize) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }

    #[lazy(self.field)]
    async fn late_context(&self, ctx: &Context) -> io::Result<Arc<Connection>> {
        ctx.checkpoint().await.map_err(io::Error::other)?;
        Ok(Connection)
    }
}

/// Also has a time limit.
#[derive(Debug)]
struct Error;

impl From<taskward::ContextError> for Error {
    fn from(_: taskward::ContextError) -> Self {
        Self
    }
}

#[lazy]
fn text() -> Arc<String> {
    String::from("text")
}

#[lazy]
async fn bytes() -> io::Result<Arc<Vec<u8>>> {
    Ok(vec![1])
}

#[lazy]
async fn object() -> Result<Arc<Box<dyn Debug + Send + Sync>>, io::Error> {
    Ok(Box::new(1))
}

#[lazy]
fn early() -> Arc<u8> {
    1
}

#[lazy]
fn counter() -> io::Result<Arc<Mutex<u8>>> {
    Ok(Mutex::new(0))
}

#[lazy]
async fn of_self() -> io::Result<Arc<Client>> {
    Ok(Client { field: Lazy::new(), shards: vec![Lazy::new()], url: String::new() })
}

fn of<T: Default>() -> T {
    T::default()
}

#[lazy]
async fn generic() -> io::Result<Arc<Connection>> {
    Ok(of())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = of_self().await.unwrap();
    client.owned().await.unwrap();
    client.limited().await.unwrap();
    client.not_clone().await.unwrap();
    client.argument(0).await.unwrap();
    client.late_context(&Context::background()).await.unwrap();
    let _ = (text(), bytes().await, object().await, early(), counter(), generic().await);
}
