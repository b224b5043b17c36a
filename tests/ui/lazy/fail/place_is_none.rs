//! The cell is not a `Lazy` of the value's type.
use std::io;
use std::sync::{Arc, Mutex};

use taskward::{Lazy, lazy};

struct Connection;

struct Client {
    port: Lazy<u16>,
    connection: Mutex<Option<Connection>>,
}

impl Client {
    #[lazy(self.port)]
    async fn of_another_type(&self) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }

    #[lazy(self.connection)]
    async fn by_hand(&self) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }

    #[lazy(self.conn)]
    fn misspelt(&self) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }

    #[lazy("self.port")]
    async fn text(&self) -> io::Result<Arc<u16>> {
        Ok(80)
    }

    #[lazy(self.port, self.connection)]
    async fn two(&self) -> io::Result<Arc<u16>> {
        Ok(80)
    }
}

fn main() {}
