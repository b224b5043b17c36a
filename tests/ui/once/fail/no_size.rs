//! The body makes the value, so the value needs a size and a type with a name.
use std::fmt::Debug;

use taskward::{Once, once};

#[once]
fn text() -> &'static str {
    String::from("text")
}

#[once]
async fn bytes() -> Result<&'static [u8], String> {
    Ok(vec![1])
}

#[once]
fn object() -> &'static (dyn Debug + Send + Sync) {
    Box::new(1)
}

#[once]
async fn opaque() -> impl Debug {
    1
}

struct Service {
    text: Once<String>,
}

impl Service {
    #[once(self.text)]
    fn text(&self) -> &str {
        String::from("text")
    }
}

fn main() {}
