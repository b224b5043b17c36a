//! What `#[taskward::test]` finds, by its builder.

mod attribute;
mod blocked;
mod hang;
mod leaks;
mod place;
