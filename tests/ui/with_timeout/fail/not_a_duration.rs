use taskward::{Context, with_timeout};

const SECONDS: u64 = 5;

#[with_timeout(SECONDS)]
async fn seconds() -> Option<()> {
    Some(())
}

#[with_timeout(SECONDS)]
async fn seconds_and_context(ctx: &Context) -> Option<()> {
    ctx.check().ok()
}

fn main() {
    drop((seconds(), seconds_and_context(&Context::background())));
}
