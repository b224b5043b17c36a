use taskward::{Context, with_timeout};

#[with_timeout("5s")]
async fn number() -> u32 {
    7
}

#[with_timeout("5s")]
async fn with_context(ctx: &Context) -> u32 {
    let _ = ctx;
    7
}

struct Custom;

#[with_timeout("5s")]
async fn custom() -> Result<u32, Custom> {
    Err(Custom)
}

fn main() {
    drop((number(), with_context(&Context::background()), custom()));
}
