//! Values that are made when they are first asked for.

pub(crate) mod lazy;
pub(crate) mod lock;
pub(crate) mod once;
