use taskward::{Context, cancellable};

#[cancellable(allow(no_await))]
async fn number(ctx: &Context) -> u32 {
    let _ = ctx;
    7
}

#[derive(Debug)]
struct Custom;

#[cancellable(allow(no_await))]
async fn custom(ctx: &Context, fail: bool) -> Result<u32, Custom> {
    let _ = ctx;
    if fail {
        return Err(Custom);
    }
    Ok(7)
}

#[cancellable(ambient, allow(no_await))]
async fn ambient() -> String {
    String::new()
}

#[cancellable]
async fn never(ctx: &Context) -> ! {
    loop {
        ctx.cancelled().await;
    }
}

fn main() {
    let ctx = Context::background();
    drop((number(&ctx), custom(&ctx, true), ambient(), never(&ctx)));
}
