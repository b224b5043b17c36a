//! What `#[taskward::race_test]` finds, and what it says.

mod attribute;
mod bugs;
mod lints;
mod own;
mod pct;
mod replay;
mod reports;
