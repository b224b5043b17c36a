use taskward::{Context, ContextError, cancellable};

#[cancellable]
fn plain(ctx: &Context) -> Result<(), ContextError> {
    ctx.check()
}

fn main() {
    let _: Result<(), ContextError> = plain(&Context::background());
}
