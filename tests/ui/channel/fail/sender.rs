#![deny(unused_must_use)]

use taskward::channel::Sender;
use taskward::{Context, ContextError};

enum Custom {
    Interrupted(ContextError),
}

impl From<ContextError> for Custom {
    fn from(why: ContextError) -> Self {
        Self::Interrupted(why)
    }
}

async fn without_a_context(values: Sender<u8>) {
    values.send(1).await.unwrap();
}

async fn without_waiting(ctx: &Context, values: Sender<u8>) {
    values.send(ctx, 1);
}

async fn with_an_error_that_a_send_does_not_become(ctx: &Context, values: Sender<u8>) -> Result<(), Custom> {
    values.send(ctx, 1).await?;
    Ok(())
}

fn main() {
    let ctx = Context::background();
    let (values, _) = taskward::channel(8);
    drop((without_a_context(values.clone()), without_waiting(&ctx, values.clone())));
    drop(with_an_error_that_a_send_does_not_become(&ctx, values));
}
