use taskward::{Context, single_flight};

#[single_flight(key = name)]
async fn half_typed(name: String) -> Option<String> {
    name.
}

#[single_flight(key = name)]
async fn with_context(ctx: &Context, name: &str) -> Option<String> {
    let name = name.to_owned();
    ctx.
}

fn main() {
    drop((half_typed(String::new()), with_context(&Context::background(), "")));
}
