//! `#[taskward::race_test]`: its findings and its reports.

mod attribute;
mod bugs;
mod lints;
mod own;
mod pct;
mod replay;
mod reports;
