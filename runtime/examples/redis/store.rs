//! An application's store behind one connection, which is opened on demand.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError};
use taskward::{Context, ContextError, Lazy, cancellable, defer, lazy, with_timeout};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Redis(#[from] RedisError),
    #[error(transparent)]
    Server(#[from] io::Error),
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

pub(crate) struct Store {
    client: Client,
    connection: Lazy<MultiplexedConnection>,
    dials: Counters,
}

#[derive(Default)]
struct Counters {
    begun: AtomicUsize,
    succeeded: AtomicUsize,
    now: AtomicUsize,
    most_at_once: AtomicUsize,
}

/// The number of connection attempts.
#[derive(Clone, Copy, Default)]
pub(crate) struct Dials {
    pub(crate) begun: usize,
    pub(crate) succeeded: usize,
    pub(crate) most_at_once: usize,
}

impl Store {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, Error> {
        let client = Client::open(format!("redis://{address}"))?;
        Ok(Self { client, connection: Lazy::new(), dials: Counters::default() })
    }

    /// Returns the connection that all callers share. The first caller opens it.
    #[lazy(self.connection)]
    #[with_timeout("20s")]
    async fn connection(&self, _ctx: &Context) -> Result<Arc<MultiplexedConnection>, Error> {
        self.dials.begun.fetch_add(1, SeqCst);
        self.dials.most_at_once.fetch_max(self.dials.now.fetch_add(1, SeqCst) + 1, SeqCst);
        defer! {
            self.dials.now.fetch_sub(1, SeqCst);
        }
        // The limits are those of the calls.
        let unlimited = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let connection = self.client.get_multiplexed_async_connection_with_config(&unlimited).await?;
        self.dials.succeeded.fetch_add(1, SeqCst);
        Ok(connection)
    }

    /// Writes `value` and reads it again. Retried on a broken connection, because it is
    /// idempotent.
    pub(crate) async fn put(&self, ctx: &Context, key: &str, value: &str) -> Result<String, Error> {
        match self.put_once(ctx, key, value).await {
            Err(Error::Redis(error)) if error.is_unrecoverable_error() => self.put_once(ctx, key, value).await,
            result => result,
        }
    }

    #[cancellable]
    async fn put_once(&self, ctx: &Context, key: &str, value: &str) -> Result<String, Error> {
        let connection = self.connection(ctx).await?;
        let mut pipeline = redis::pipe();
        pipeline.atomic().set(key, value).ignore().get(key);
        let answer: Result<(String,), _> = pipeline.query_async(&mut MultiplexedConnection::clone(&connection)).await;
        if answer.as_ref().is_err_and(RedisError::is_unrecoverable_error) {
            // Only this connection: another caller may have opened a new one.
            self.connection.invalidate_if(&connection);
        }
        Ok(answer?.0)
    }

    pub(crate) fn dials(&self) -> Dials {
        let Counters { begun, succeeded, most_at_once, .. } = &self.dials;
        Dials { begun: begun.load(SeqCst), succeeded: succeeded.load(SeqCst), most_at_once: most_at_once.load(SeqCst) }
    }
}
