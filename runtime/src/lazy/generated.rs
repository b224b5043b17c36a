//! What the expansion of `#[lazy]` calls.

#![allow(missing_docs, clippy::missing_errors_doc)]

use std::sync::Arc;

use super::dial::{self, Dial};
use super::{Lazy, Lent};
use crate::turn::Place;

/// How the callers of a `#[lazy]` function share its value.
#[diagnostic::on_unimplemented(
    message = "the callers of a `#[lazy]` function share its value, and `{Self}` is not shared",
    label = "write `Arc<{Self}>`",
    note = "the body makes the value itself, without the `Arc`"
)]
pub trait LazyHandle: Sized {
    type Value;

    fn ready(lazy: &Lazy<Self::Value>) -> Option<Self>;
    fn of(value: Arc<Self::Value>) -> Self;
}

impl<T> LazyHandle for Arc<T> {
    type Value = T;

    #[inline]
    fn ready(lazy: &Lazy<T>) -> Option<Self> {
        lazy.get()
    }

    fn of(value: Arc<T>) -> Self {
        value
    }
}

impl<T> LazyHandle for Lent<T> {
    type Value = T;

    #[inline]
    fn ready(lazy: &Lazy<T>) -> Option<Self> {
        lazy.lend()
    }

    fn of(value: Arc<T>) -> Self {
        Self::from(value)
    }
}

/// The written result of a `#[lazy]` function.
#[diagnostic::on_unimplemented(
    message = "the callers of a `#[lazy]` function share its value, and `{Self}` is not shared",
    label = "expected `Result<Arc<T>, E>`",
    note = "write `Result<Arc<T>, E>`, of which the body makes a `Result<T, E>`; or `Arc<T>`, if making it cannot fail"
)]
pub trait LazyOutput: Sized {
    type Value;
    /// What the body makes.
    type Made;

    fn ready(lazy: &Lazy<Self::Value>) -> Option<Self>;
    fn of(value: Arc<Self::Value>) -> Self;
    /// The value, or the result that stands for a failure.
    fn take(made: Self::Made) -> Result<Self::Value, Self>;
}

impl<H: LazyHandle, E> LazyOutput for Result<H, E> {
    type Value = H::Value;
    type Made = Result<H::Value, E>;

    #[inline]
    fn ready(lazy: &Lazy<H::Value>) -> Option<Self> {
        H::ready(lazy).map(Ok)
    }

    fn of(value: Arc<H::Value>) -> Self {
        Ok(H::of(value))
    }

    fn take(made: Result<H::Value, E>) -> Result<H::Value, Self> {
        made.map_err(Err)
    }
}

impl<T> LazyOutput for Arc<T> {
    type Value = T;
    type Made = T;

    #[inline]
    fn ready(lazy: &Lazy<T>) -> Option<Self> {
        lazy.get()
    }

    fn of(value: Arc<T>) -> Self {
        value
    }

    fn take(made: T) -> Result<T, Self> {
        Ok(made)
    }
}

impl<T> LazyOutput for Lent<T> {
    type Value = T;
    type Made = T;

    #[inline]
    fn ready(lazy: &Lazy<T>) -> Option<Self> {
        lazy.lend()
    }

    fn of(value: Arc<T>) -> Self {
        Self::from(value)
    }

    fn take(made: T) -> Result<T, Self> {
        Ok(made)
    }
}

/// `#[lazy]` on an `async fn`.
#[inline]
pub fn lazy<'l, R: LazyOutput, F: Future<Output = R::Made>>(
    lazy: &'l Lazy<R::Value>,
    dial: F,
    place: &'static Place,
) -> Dial<'l, R, F, &'static Place> {
    Dial::new(lazy, dial, place)
}

/// `#[lazy]` on a plain `fn`.
#[inline]
#[track_caller]
pub fn lazy_blocking<R: LazyOutput>(lazy: &Lazy<R::Value>, dial: impl FnOnce() -> R::Made, place: &Place) -> R {
    dial::blocking(lazy, dial, *place)
}
