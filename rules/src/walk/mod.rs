//! A body as the rules see it, and the walk over it that they share.

pub(crate) mod code;
pub(crate) mod context;
pub(crate) mod ends;
pub(crate) mod guards;
pub(crate) mod happens;
pub(crate) mod module;
pub(crate) mod names;
pub(crate) mod open;
pub(crate) mod place;
pub(crate) mod syntax;
pub(crate) mod temporary;
pub(crate) mod tokens;
