use taskward::{Context, cancellable};

#[cancellable(ambiant)]
async fn misspelt(n: u8) -> Option<u8> {
    Some(n)
}

#[cancellable(colour = "red")]
async fn unknown(ctx: &Context) -> Option<()> {
    ctx.check().ok()
}

#[cancellable(ambient, ambient)]
async fn twice(n: u8) -> Option<u8> {
    Some(n)
}

#[cancellable(ambient, ctx = Context::background())]
async fn both(n: u8) -> Option<u8> {
    Some(n)
}

#[cancellable(ambient = true)]
async fn not_a_value(n: u8) -> Option<u8> {
    Some(n)
}

#[cancellable(ctx)]
async fn no_value(n: u8) -> Option<u8> {
    Some(n)
}

#[cancellable(ctx = )]
async fn empty_value(n: u8) -> Option<u8> {
    Some(n)
}

#[cancellable("5s")]
async fn positional(ctx: &Context) -> Option<()> {
    ctx.check().ok()
}

#[cancellable(, ambient)]
async fn comma_first(n: u8) -> Option<u8> {
    Some(n)
}

#[cancellable(ambient,, allow(no_await))]
async fn two_commas(n: u8) -> Option<u8> {
    Some(n)
}

#[cancellable(crate = 5)]
async fn not_a_path(ctx: &Context) -> Option<()> {
    ctx.check().ok()
}

#[cancellable(timeout = "5s")]
async fn of_another_attribute(ctx: &Context) -> Option<()> {
    ctx.check().ok()
}

fn main() {
    let ctx = Context::background();
    drop((misspelt(1), unknown(&ctx), twice(1), both(1), not_a_value(1), no_value(1), empty_value(1)));
    drop((positional(&ctx), comma_first(1), two_commas(1), not_a_path(&ctx), of_another_attribute(&ctx)));
}
