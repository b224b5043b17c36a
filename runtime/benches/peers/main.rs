//! Taskward and what its users have today, in one run: `cargo bench --bench peers`; `-- --quick` for a first look.
//!
//! Each row is measured in rounds that take turns between the contestants, so that all of them meet the same machine; the
//! figures are medians over the rounds. What counts are the ratios.

#![allow(clippy::unused_async, reason = "trivial bodies are what is measured")]

mod calls;
mod crowds;
mod harness;
mod sizes;

use std::env;

use self::harness::Effort;

fn main() {
    // Without `--bench`, somebody only wants to know that it runs.
    let quick = env::args().any(|arg| arg == "--quick") || !env::args().any(|arg| arg == "--bench");
    let effort = if quick { Effort::QUICK } else { Effort::FULL };

    println!("| | nanoseconds | ratio |");
    println!("|---|---:|---:|");
    calls::ready(effort);
    calls::pending_once(effort);
    calls::limited(effort);
    calls::children(effort);
    crowds::pools(effort);
    crowds::waiting_tasks(effort);
    println!();
    sizes::print();
}
