//! Callers share the value, so the written result has to be shared.
use std::io;
use std::sync::Arc;

use taskward::{Lazy, lazy};

struct Connection;

struct Client {
    connection: Lazy<Connection>,
}

impl Client {
    #[lazy(self.connection)]
    async fn owned(&self) -> io::Result<Connection> {
        Ok(Connection)
    }

    #[lazy(self.connection)]
    async fn plain(&self) -> Connection {
        Connection
    }

    #[lazy(self.connection)]
    async fn optional(&self) -> Option<Arc<Connection>> {
        Some(Connection)
    }

    #[lazy(self.connection)]
    fn blocking(&self) -> io::Result<Connection> {
        Ok(Connection)
    }

    #[lazy(self.connection)]
    async fn nothing(&self) {}

    #[lazy(self.connection)]
    async fn opaque(&self) -> Arc<impl Send> {
        Arc::new(Connection)
    }
}

#[lazy]
async fn in_a_static() -> io::Result<Connection> {
    Ok(Connection)
}

fn main() {}
