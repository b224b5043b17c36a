use taskward::{lazy, once};

#[once(span)]
fn plain() -> &'static u8 {
    1
}

#[once(metrics)]
fn counted() -> &'static u8 {
    1
}

#[once(fields(kind = "settings"))]
async fn without_a_span() -> &'static u8 {
    1
}

#[lazy(span, metrics)]
fn blocking() -> std::sync::Arc<u8> {
    1
}

fn main() {}
