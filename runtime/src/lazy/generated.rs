//! What the expansion of `#[lazy]` calls.

#![allow(missing_docs, clippy::missing_errors_doc)]

use std::future::{Future, Pending};
use std::marker::PhantomData;
use std::sync::Arc;

use super::dial::{self, Dial};
use super::{Lazy, Lent};
use crate::context::param::ContextParam;
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

/// A parameter that has no part in the value: only a context.
#[diagnostic::on_unimplemented(
    message = "the value of a `#[lazy]` function would be that of whoever dials first, with its `{Self}`",
    label = "not a context",
    note = "keep what the dial needs beside the value, in the object; or one value for each, in a place that names it: `#[lazy(self.shards[n])]`"
)]
pub trait LazyParam {}

#[diagnostic::do_not_recommend]
impl<P: ContextParam> LazyParam for P {}

#[inline]
pub fn lazy_param<P: LazyParam>() {}

/// Finds out whether `R` is a [`LazyOutput`]: `(&&LazyProbe::<R>::NEW).lazy(…)`.
///
/// What the body makes has to be said by its type, so a result that is none has been reported there. Method lookup prefers [`ViaLazy`], which is one
/// reference further out, and falls back to [`ViaNoLazy`], which says no more about it.
pub struct LazyProbe<R>(PhantomData<fn() -> R>);

impl<R> LazyProbe<R> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait ViaLazy {
    type Output: LazyOutput;

    /// The value, or where it is to be.
    fn look<'l>(
        &self,
        lazy: &'l Lazy<<Self::Output as LazyOutput>::Value>,
    ) -> Result<Self::Output, &'l Lazy<<Self::Output as LazyOutput>::Value>>;

    /// `#[lazy]` on an `async fn`.
    fn lazy<'l, F>(
        &self,
        lazy: &'l Lazy<<Self::Output as LazyOutput>::Value>,
        dial: F,
        place: &'static Place,
    ) -> Dial<'l, Self::Output, F, &'static Place>
    where
        F: Future<Output = <Self::Output as LazyOutput>::Made>;

    /// `#[lazy]` on a plain `fn`.
    fn lazy_blocking(
        &self,
        lazy: &Lazy<<Self::Output as LazyOutput>::Value>,
        dial: impl FnOnce() -> <Self::Output as LazyOutput>::Made,
        place: &Place,
    ) -> Self::Output;
}

impl<R: LazyOutput> ViaLazy for &LazyProbe<R> {
    type Output = R;

    #[inline]
    fn look<'l>(&self, lazy: &'l Lazy<R::Value>) -> Result<R, &'l Lazy<R::Value>> {
        R::ready(lazy).ok_or(lazy)
    }

    fn lazy<'l, F>(&self, lazy: &'l Lazy<R::Value>, dial: F, place: &'static Place) -> Dial<'l, R, F, &'static Place>
    where
        F: Future<Output = R::Made>,
    {
        Dial::new(lazy, dial, place)
    }

    #[track_caller]
    fn lazy_blocking(&self, lazy: &Lazy<R::Value>, dial: impl FnOnce() -> R::Made, place: &Place) -> R {
        dial::blocking(lazy, dial, *place)
    }
}

pub trait ViaNoLazy {
    type Output;

    fn look<'l, L>(&self, lazy: &'l L) -> Result<Self::Output, &'l L> {
        Err(lazy)
    }

    fn lazy<L, F>(&self, _: &L, _: F, _: &'static Place) -> Pending<Self::Output> {
        std::future::pending()
    }

    fn lazy_blocking<L, F>(&self, _: &L, _: F, _: &Place) -> Self::Output {
        unreachable!("its type was reported")
    }
}

impl<R> ViaNoLazy for LazyProbe<R> {
    type Output = R;
}
