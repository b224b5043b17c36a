//! The engine: the checked function, the rules and their names, and their application.

pub(crate) mod apply;
pub(crate) mod function;
pub(crate) mod names;
pub(crate) mod rule;
pub(crate) mod settings;
