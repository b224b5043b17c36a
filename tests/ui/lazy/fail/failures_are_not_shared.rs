//! `on_error = share` without an error that can be shared.
use std::io;
use std::sync::Arc;

use taskward::{Lazy, lazy};

struct Client {
    connection: Lazy<u8>,
}

impl Client {
    #[lazy(self.connection, on_error = share)]
    async fn not_clone(&self) -> io::Result<Arc<u8>> {
        Ok(1)
    }

    #[lazy(self.connection, on_error = share)]
    fn cannot_fail(&self) -> Arc<u8> {
        1
    }

    #[lazy(self.connection, on_error = collect)]
    async fn another_word(&self) -> Result<Arc<u8>, ()> {
        Ok(1)
    }
}

fn main() {}
