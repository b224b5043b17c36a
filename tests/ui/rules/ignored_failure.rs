use taskward::{Context, ContextError, cancellable};

async fn next(ctx: &Context) -> Result<u8, ContextError> {
    ctx.checkpoint().await.map(|()| 1)
}

#[cancellable]
async fn consume(ctx: &Context) -> Result<(), ContextError> {
    loop {
        match next(ctx).await {
            Ok(message) => println!("{message}"),
            Err(error) => eprintln!("no message: {error}"),
        }
    }
}

fn main() {
    drop(consume(&Context::background()));
}
