//! The body makes the value when the program runs, so the value needs a size.
use std::fmt::Debug;
use std::io;
use std::sync::Arc;

use taskward::lazy;

#[lazy]
fn text() -> Arc<str> {
    String::from("text")
}

#[lazy]
async fn bytes() -> io::Result<Arc<[u8]>> {
    Ok(vec![1])
}

#[lazy]
async fn object() -> Result<Arc<dyn Debug + Send + Sync>, io::Error> {
    Ok(Box::new(1))
}

#[lazy]
const fn early() -> Arc<u8> {
    1
}

fn main() {}
