//! The findings of `#[taskward::test]`, by its builder.

mod attribute;
mod blocked;
mod false_passes;
mod hang;
mod leaks;
mod place;
