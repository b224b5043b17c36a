use std::sync::Arc;

use taskward::{Context, ContextError, Lazy, lazy};

struct Client;

struct Db {
    option: Option<Client>,
    other: Lazy<String>,
    shared: Lazy<Arc<Client>>,
}

impl Db {
    #[lazy(self.option)]
    async fn in_an_option(&self, ctx: &Context) -> Result<Arc<Client>, ContextError> {
        ctx.checkpoint().await?;
        Ok(Client)
    }

    #[lazy(self.other)]
    async fn in_another(&self, ctx: &Context) -> Result<Arc<Client>, ContextError> {
        ctx.checkpoint().await?;
        Ok(Client)
    }

    #[lazy(self.shared)]
    async fn in_an_arc(&self, ctx: &Context) -> Result<Arc<Client>, ContextError> {
        ctx.checkpoint().await?;
        Ok(Client)
    }

    #[lazy(self.missing)]
    async fn nowhere(&self, ctx: &Context) -> Result<Arc<Client>, ContextError> {
        ctx.checkpoint().await?;
        Ok(Client)
    }
}

fn main() {}
