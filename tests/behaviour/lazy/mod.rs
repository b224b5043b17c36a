//! `Lazy` and `#[lazy]`.

mod attribute;
mod cell;
mod handover;
mod invalidation;
mod sharing;
mod threads;
