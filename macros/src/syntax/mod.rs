//! Helpers for Rust's syntax, independent of taskward.

pub(crate) mod format_string;
pub(crate) mod names;
pub(crate) mod rename_self;
pub(crate) mod scope;
pub(crate) mod tokens;
pub(crate) mod types;
