//! Values that are created when first needed.

pub(crate) mod lazy;
pub(crate) mod lock;
pub(crate) mod once;
