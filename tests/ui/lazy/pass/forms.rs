//! Every form, without warnings.
#![deny(warnings)]

use std::io;
use std::sync::Arc;

use taskward::{Context, ContextError, Lazy, LazyGuard, cancellable, lazy, with_timeout};

type Result<T> = std::result::Result<T, ContextError>;
type Shared<T> = io::Result<Arc<T>>;
type Ctx = Context;

/// Neither `Clone` nor `Debug`.
pub struct Connection(pub u8);

/// Neither `Clone` nor `Debug`.
pub struct Broken;

pub struct Client {
    connection: Lazy<Connection>,
    shards: Vec<Arc<Lazy<Connection>>>,
}

impl Client {
    #[lazy(self.connection)]
    pub async fn connection(&self) -> std::result::Result<Arc<Connection>, Broken> {
        if self.shards.len() > 1 {
            return Err(Broken);
        }
        Ok(Connection(1))
    }

    #[lazy(self.connection)]
    pub async fn aliased(&self, ctx: &Ctx) -> Shared<Connection> {
        ctx.check()?;
        Ok(Connection(1))
    }

    #[lazy(self.connection)]
    pub async fn lent(&self, _: Context) -> Result<LazyGuard<Connection>> {
        Ok(Connection(1))
    }

    #[lazy(self.connection, on_error = share)]
    #[with_timeout("5s")]
    pub async fn shared(&self, ctx: &Context) -> std::result::Result<Arc<Connection>, ContextError> {
        ctx.checkpoint().await?;
        Ok(Connection(1))
    }

    #[lazy(self.connection, on_error = retry)]
    pub fn retried(&self) -> Result<LazyGuard<Connection>> {
        Ok(Connection(1))
    }

    #[lazy(self.shards[n])]
    pub async fn shard(&self, ctx: &Context, n: usize) -> Result<Arc<Connection>> {
        ctx.checkpoint().await?;
        Ok(Connection(u8::try_from(n).unwrap_or(0)))
    }

    #[lazy(self.connection)]
    pub fn blocking(self: &Arc<Self>) -> Arc<Connection> {
        Connection(1)
    }

    #[cancellable]
    #[lazy(self.connection)]
    #[with_timeout("5s")]
    pub async fn stacked(&self, ctx: &Context) -> Result<Arc<Connection>> {
        ctx.checkpoint().await?;
        Ok(Connection(1))
    }
}

#[lazy(client.connection)]
pub async fn of(client: &Client) -> Shared<Connection> {
    Ok(Connection(1))
}

static CONNECTION: Lazy<Connection> = Lazy::new();

#[lazy(CONNECTION)]
pub async fn named() -> Arc<Connection> {
    Connection(2)
}

#[lazy]
pub async fn own(ctx: &Context) -> Result<LazyGuard<Connection>> {
    ctx.checkpoint().await?;
    Ok(Connection(3))
}

#[lazy]
pub fn table() -> LazyGuard<Vec<u8>> {
    vec![1, 2]
}

#[lazy(allow(blocking_call))]
pub async fn allowed() -> Shared<String> {
    tokio::task::yield_now().await;
    std::fs::read_to_string("name")
}

fn send<T: Send>(_: T) {}

fn main() {
    let (client, ctx) = (Arc::new(Client { connection: Lazy::new(), shards: Vec::new() }), Context::background());
    send(client.connection());
    send(client.stacked(&ctx));
    send((own(&ctx), named(), of(&client)));
    assert_eq!((client.blocking().0, table().len()), (1, 2));
    CONNECTION.invalidate();
}
