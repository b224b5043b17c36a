//! All callers get one value, so it must not depend on one of them.
use std::io;
use std::sync::Arc;

use taskward::{Context, Lazy, lazy};

struct Connection;
struct Options;

struct Client {
    connection: Lazy<Connection>,
}

static CONNECTION: Lazy<Connection> = Lazy::new();

impl Client {
    #[lazy(self.connection)]
    async fn argument(&self, url: &str) -> io::Result<Arc<Connection>> {
        println!("{url}");
        Ok(Connection)
    }

    #[lazy(self.connection)]
    async fn argument_after_the_context(&self, _ctx: &Context, options: Options) -> io::Result<Arc<Connection>> {
        drop(options);
        Ok(Connection)
    }

    #[lazy(self.connection)]
    async fn perhaps_a_context(&self, options: Options) -> io::Result<Arc<Connection>> {
        drop(options);
        Ok(Connection)
    }

    #[lazy(self.connection)]
    async fn late_context(&self, _n: u8, _ctx: &Context) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }

    #[lazy]
    async fn one_for_all_objects(&self) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }

    #[lazy(CONNECTION)]
    async fn of_the_first_object(&self) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }

    #[lazy(self.connection)]
    async fn alone(&mut self) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }

    #[lazy(self.connection)]
    async fn owned(self: Arc<Self>) -> io::Result<Arc<Connection>> {
        Ok(Connection)
    }

    #[lazy]
    async fn of_self() -> io::Result<Arc<Self>> {
        Ok(Self { connection: Lazy::new() })
    }
}

#[lazy]
async fn generic<T: Default + Send + Sync + 'static>() -> io::Result<Arc<T>> {
    Ok(T::default())
}

fn main() {}
