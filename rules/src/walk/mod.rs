//! The form of a body that the rules share, and the walks over it.

pub(crate) mod context;
pub(crate) mod ends;
pub(crate) mod fn_body;
pub(crate) mod guards;
pub(crate) mod happens;
pub(crate) mod module;
pub(crate) mod names;
pub(crate) mod open;
pub(crate) mod place;
pub(crate) mod syntax;
pub(crate) mod temporary;
pub(crate) mod tokens;
