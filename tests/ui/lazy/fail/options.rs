//! Invalid arguments, and invalid functions.
use std::io;
use std::sync::Arc;

use taskward::{Lazy, lazy};

struct Connection;

struct Client {
    connection: Lazy<Connection>,
}

impl Client {
    #[lazy(self.connection, timeout = "5s")]
    async fn limited(&self) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }

    #[lazy(self.connection)]
    #[lazy(self.connection)]
    async fn twice(&self) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }
}

#[lazy]
struct NotAFunction;

fn main() {}
