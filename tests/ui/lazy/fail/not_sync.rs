//! Threads share the value of a static.
use std::cell::Cell;
use std::io;
use std::sync::Arc;

use taskward::lazy;

#[lazy]
fn counter() -> io::Result<Arc<Cell<u8>>> {
    Ok(Cell::new(0))
}

fn main() {}
