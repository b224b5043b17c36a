//! The state of a [`Once`](super::Once), and the outputs of initializers.

use std::convert::Infallible;
use std::sync::OnceLock;

use crate::init::lock::InitLock;

pub(super) struct State<T, E> {
    pub(super) kept: OnceLock<Result<T, E>>,
    pub(super) lock: InitLock,
}

impl<T, E> State<T, E> {
    pub(super) const fn new() -> Self {
        Self { kept: OnceLock::new(), lock: InitLock::new() }
    }

    pub(super) fn into_inner(self) -> Option<Result<T, E>> {
        self.kept.into_inner()
    }
}

impl<T, E> From<T> for State<T, E> {
    fn from(value: T) -> Self {
        Self { kept: OnceLock::from(Ok(value)), lock: InitLock::new() }
    }
}

/// The stored result, or an error that is not stored.
pub(super) type Made<'k, T, E> = Result<&'k Result<T, E>, E>;

/// The output of a body, as it is stored.
///
/// Has no lifetime parameter for the callers' reference: the compiler would not see that a future
/// with such a bound is `Send`.
pub trait Keep<T, E> {
    fn keep(self) -> Result<T, E>;
}

impl<T> Keep<T, Infallible> for T {
    fn keep(self) -> Result<T, Infallible> {
        Ok(self)
    }
}

impl<T, E> Keep<T, E> for Result<T, E> {
    fn keep(self) -> Result<T, E> {
        self
    }
}
