use taskward::{Context, ContextError, cancellable};

#[cancellable]
async fn empty(ctx: &Context) -> Result<String, ContextError> {
}

fn main() {
    drop(empty(&Context::background()));
}
