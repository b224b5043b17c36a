//! The engine: the function that is checked, the rules and their names, and how rules are applied.

pub(crate) mod apply;
pub(crate) mod function;
pub(crate) mod names;
pub(crate) mod rule;
pub(crate) mod settings;
