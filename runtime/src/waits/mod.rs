//! Finds where tasks wait: each is polled once more, and captures the stack at its `.await`.

pub(crate) mod asked;
pub(crate) mod owner;
pub(crate) mod place;
pub(crate) mod stack;
