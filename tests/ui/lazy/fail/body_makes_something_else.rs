//! The body makes the value itself; its errors are those of the plain function.
use std::io;
use std::sync::Arc;

use taskward::{Lazy, lazy};

struct Connection;

struct Client {
    connection: Lazy<Connection>,
}

impl Client {
    #[lazy(self.connection)]
    async fn shared_by_hand(&self) -> io::Result<Arc<Connection>> {
        Ok(Arc::new(Connection))
    }

    #[lazy(self.connection)]
    async fn question_mark(&self) -> io::Result<Arc<Connection>> {
        let _port: u16 = "80".parse()?;
        Ok(Connection)
    }

    #[lazy(self.connection)]
    fn blocking(&self) -> io::Result<Arc<Connection>> {
        let _port: u16 = "80";
        Ok(Connection)
    }
}

fn main() {}
