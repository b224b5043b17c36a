//! What `#[taskward::test]` finds, by its builder.

mod attribute;
mod blocked;
mod false_passes;
mod hang;
mod leaks;
mod place;
