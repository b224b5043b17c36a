//! What `#[taskward::race_test]` finds, and what it says.

mod bugs;
