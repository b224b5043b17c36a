//! `Lazy` and `#[lazy]`.

mod cell;
mod handover;
mod invalidation;
mod threads;
