//! Every place for `#[enforce]`, and the code that it exempts.
#![deny(warnings)]

use taskward::{Context, ContextError, cancellable, enforce, with_timeout};

#[enforce]
mod service {
    use super::*;

    #[cancellable]
    pub async fn tick(ctx: &Context) -> Result<(), ContextError> {
        ctx.checkpoint().await
    }

    #[cancellable(allow(detached_task))]
    pub async fn spawns(ctx: &Context) -> Result<(), ContextError> {
        tokio::spawn(async {});
        ctx.checkpoint().await
    }

    pub fn plain(n: u32) -> u32 {
        let _ = std::fs::metadata(".");
        n
    }

    #[cfg_attr(all(), cancellable)]
    pub async fn on_a_condition(ctx: &Context) -> Result<(), ContextError> {
        ctx.checkpoint().await
    }

    #[allow(dead_code)]
    #[tokio::main(flavor = "current_thread")]
    async fn main() {
        tokio::spawn(async {}).await.unwrap();
    }
}

struct Service;

#[enforce]
impl Service {
    // A time limit ends with the context, too.
    #[with_timeout("5s")]
    async fn limited(&self, ctx: &Context) -> Result<(), ContextError> {
        ctx.checkpoint().await
    }
}

trait Handler {
    async fn handle(&self, ctx: &Context) -> Result<(), ContextError>;
    async fn name(&self, ctx: &Context) -> Result<&'static str, ContextError>;
}

#[enforce]
impl Handler for Service {
    #[cancellable]
    async fn handle(&self, ctx: &Context) -> Result<(), ContextError> {
        self.limited(ctx).await
    }

    #[cancellable]
    async fn name(&self, ctx: &Context) -> Result<&'static str, ContextError> {
        (&self).name(ctx).await
    }
}

// A method of a trait that does not wait needs no attribute.
#[enforce]
impl Handler for &Service {
    #[cancellable]
    async fn handle(&self, ctx: &Context) -> Result<(), ContextError> {
        ctx.checkpoint().await
    }

    async fn name(&self, _ctx: &Context) -> Result<&'static str, ContextError> {
        Ok("service")
    }
}

#[enforce(allow(detached_task))]
trait Spawner {
    fn spawn(&self) {
        drop(std::thread::spawn(|| ()));
    }
}

impl Spawner for Service {}

fn main() {
    let ctx = Context::background();
    drop((service::tick(&ctx), service::spawns(&ctx), service::on_a_condition(&ctx), service::plain(1), Service.handle(&ctx)));
    Service.spawn();
}
