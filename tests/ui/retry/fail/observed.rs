use taskward::{ContextError, cancellable, retry};

enum Error {
    Interrupted,
}

impl From<ContextError> for Error {
    fn from(_: ContextError) -> Self {
        Self::Interrupted
    }
}

#[cancellable(span, fields(id))]
#[retry(attempts = 5, span)]
async fn twice(ctx: &taskward::Context, id: u8) -> Result<u8, Error> {
    ctx.checkpoint().await?;
    Ok(id)
}

fn main() {}
