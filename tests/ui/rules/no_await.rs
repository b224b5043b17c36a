use std::future::{Future, Ready, ready};

use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn computes(ctx: &Context, numbers: &[u64]) -> Result<u64, ContextError> {
    Ok(numbers.iter().sum())
}

struct Store;

impl Store {
    #[cancellable]
    async fn answers(&self, _ctx: &Context) -> Result<Option<u8>, ContextError> {
        println!("never there");
        Ok(None)
    }

    #[cancellable(ambient)]
    async fn has_no_parameter(&self) -> Result<(), ContextError> {
        Ok(())
    }
}

// The future of this block may run elsewhere.
#[cancellable]
async fn makes(token: &Context) -> Result<impl Future<Output = ()>, ContextError> {
    let _closure = || async { ready(()).await };
    Ok(async { ready(()).await })
}

#[cancellable(allow(no_await))]
async fn allowed(ctx: &Context) -> Result<Ready<()>, ContextError> {
    Ok(ready(()))
}

fn main() {}
