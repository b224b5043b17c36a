//! `#[lazy]`.

use std::sync::Arc;

use taskward::{Context, Lazy, LazyGuard, cancellable, lazy, with_timeout};

use super::Result;

struct Client {
    connection: Lazy<u8>,
}

impl Client {
    #[lazy(self.connection)]
    async fn connection(&self, ctx: &Context) -> Result<Arc<u8>> {
        ctx.checkpoint().await?;
        Ok(1)
    }

    #[with_timeout("5s")]
    #[lazy(self.connection)]
    #[cancellable]
    async fn limited(&self, _ctx: &Context) -> Result<LazyGuard<u8>> {
        tokio::task::yield_now().await;
        Ok(2)
    }

    #[lazy(self.connection)]
    fn blocking(&self) -> std::io::Result<Arc<u8>> {
        if self.connection.get().is_some() {
            return Err(std::io::ErrorKind::Other.into());
        }
        Ok(3)
    }
}

#[lazy]
async fn own(_ctx: &Context) -> Result<Arc<u8>> {
    tokio::task::yield_now().await;
    Ok(4)
}

#[rustfmt::skip]
#[lazy]
fn table() -> Arc<Vec<u8>> { vec![5] }

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    let ctx = Context::background();
    let client = Client { connection: Lazy::new() };
    assert_eq!((*client.connection(&ctx).await?, **client.limited(&ctx).await?), (1, 1));
    client.connection.invalidate();
    assert_eq!(client.blocking().map_or(0, |connection| *connection), 3);
    assert_eq!((*own(&ctx).await?, table().len()), (4, 1));
    Ok(())
}
