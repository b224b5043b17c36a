//! Compares taskward with its alternatives in one run: `cargo bench --bench peers`; `-- --quick`
//! for a first impression, `-- groups` for one section.
//!
//! Each row is measured in rounds in which the contestants take turns, so that all run under the
//! same conditions. The figures are medians over the rounds; the ratios matter.

#![allow(clippy::unused_async, reason = "trivial bodies are what is measured")]

mod calls;
mod channels;
mod contexts;
mod crowds;
mod flight;
mod groups;
mod harness;
mod lazy;
mod once;
mod shared;
mod sizes;

use std::env;

use self::harness::Effort;

type Section = (&'static str, fn(Effort));

const SECTIONS: &[Section] = &[
    ("ready", calls::ready),
    ("pending", calls::pending_once),
    ("limited", calls::limited),
    ("children", calls::children),
    ("depth", contexts::depth),
    ("threads", contexts::threads),
    ("shared-groups", shared::groups),
    ("shared-flights", shared::flights),
    ("live", contexts::live),
    ("looks", contexts::looks),
    ("pools", crowds::pools),
    ("waiting", crowds::waiting_tasks),
    ("groups", groups::groups),
    ("channels", channels::channels),
    ("lazy", lazy::lazy),
    ("once", once::made),
    ("flight", flight::alone),
    ("herd", flight::herd),
];

fn main() {
    // Without `--bench` this is only a check that it runs.
    let quick = env::args().any(|arg| arg == "--quick") || !env::args().any(|arg| arg == "--bench");
    let effort = if quick { Effort::QUICK } else { Effort::FULL };

    println!("| | nanoseconds | ratio |");
    println!("|---|---:|---:|");
    let chosen: Vec<_> = env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    for &(name, measure) in SECTIONS {
        if chosen.is_empty() || chosen.iter().any(|chosen| chosen == name) {
            measure(effort);
        }
    }
    println!();
    sizes::print();
}
