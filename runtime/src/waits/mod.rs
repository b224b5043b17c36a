//! Where tasks wait: each is asked to come to its `.await` once more, and looks at the stack there.

pub(crate) mod asked;
pub(crate) mod owner;
pub(crate) mod place;
pub(crate) mod stack;
