//! All errors of an item are reported at once.

use taskward::{Context, cancellable};

#[cancellable(ambiant, allow(everything), crate = 5)]
fn wrong(n: u8, ctx: &Context) -> Option<u8> {
    ctx.check().ok()?;
    Some(n)
}

fn main() {
    wrong(1, &Context::background());
}
