//! Entry points for the expansion of `#[lazy]`.

#![allow(missing_docs, clippy::missing_errors_doc)]

use std::future::{Future, Pending};
use std::marker::PhantomData;

use super::cell::Lazy;
use super::initialize::{self, Initialize, Sharing};
use super::output::ShareFailure;
use crate::context::param::ContextParam;
use crate::init::lock::Place;

pub use super::output::{LazyHandle, LazyOutput};

/// A parameter that does not affect the value: only a context.
#[diagnostic::on_unimplemented(
    message = "the value of a `#[lazy]` function would depend on the first caller's `{Self}`",
    label = "not a context",
    note = "store what the body needs beside the value, in the object; or keep one value for each, selected by the parameter: `#[lazy(self.shards[n])]`"
)]
pub trait LazyParam {}

#[diagnostic::do_not_recommend]
impl<P: ContextParam> LazyParam for P {}

#[inline]
pub fn lazy_param<P: LazyParam>() {}

/// Detects whether `R` is a [`LazyOutput`]: `(&&LazyProbe::<R>::NEW).lazy(…)`.
///
/// An unsuitable result type has already been reported at the function's signature. Method lookup
/// prefers [`ViaLazy`], which needs one reference less, and falls back to [`ViaNoLazy`], which
/// reports nothing more.
pub struct LazyProbe<R>(PhantomData<fn() -> R>);

impl<R> LazyProbe<R> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait ViaLazy {
    type Output: LazyOutput;

    /// Returns the value, or the cell to initialize.
    fn look<'l>(
        &self,
        lazy: &'l Lazy<<Self::Output as LazyOutput>::Value>,
    ) -> Result<Self::Output, &'l Lazy<<Self::Output as LazyOutput>::Value>>;

    /// `#[lazy]` on an `async fn`.
    fn lazy<'l, F>(
        &self,
        lazy: &'l Lazy<<Self::Output as LazyOutput>::Value>,
        init: F,
        place: &'static Place,
    ) -> Initialize<'l, Self::Output, F, &'static Place>
    where
        F: Future<Output = <Self::Output as LazyOutput>::Made>;

    /// `#[lazy(on_error = share)]` on an `async fn`.
    fn lazy_shared<'l, F>(
        &self,
        lazy: &'l Lazy<<Self::Output as LazyOutput>::Value>,
        init: F,
        place: &'static Place,
    ) -> Initialize<'l, Self::Output, F, Sharing<Self::Output, &'static Place>>
    where
        Self::Output: ShareFailure,
        F: Future<Output = <Self::Output as LazyOutput>::Made>;

    /// `#[lazy]` on a plain `fn`.
    fn lazy_blocking(
        &self,
        lazy: &Lazy<<Self::Output as LazyOutput>::Value>,
        init: impl FnOnce() -> <Self::Output as LazyOutput>::Made,
        place: &'static Place,
    ) -> Self::Output;

    /// `#[lazy(on_error = share)]` on a plain `fn`.
    fn lazy_blocking_shared(
        &self,
        lazy: &Lazy<<Self::Output as LazyOutput>::Value>,
        init: impl FnOnce() -> <Self::Output as LazyOutput>::Made,
        place: &'static Place,
    ) -> Self::Output
    where
        Self::Output: ShareFailure;
}

impl<R: LazyOutput> ViaLazy for &LazyProbe<R> {
    type Output = R;

    #[inline]
    fn look<'l>(&self, lazy: &'l Lazy<R::Value>) -> Result<R, &'l Lazy<R::Value>> {
        R::ready(lazy.state()).ok_or(lazy)
    }

    fn lazy<'l, F>(
        &self,
        lazy: &'l Lazy<R::Value>,
        init: F,
        place: &'static Place,
    ) -> Initialize<'l, R, F, &'static Place>
    where
        F: Future<Output = R::Made>,
    {
        Initialize::new(lazy.state(), init, place)
    }

    fn lazy_shared<'l, F>(
        &self,
        lazy: &'l Lazy<R::Value>,
        init: F,
        place: &'static Place,
    ) -> Initialize<'l, R, F, Sharing<R, &'static Place>>
    where
        R: ShareFailure,
        F: Future<Output = R::Made>,
    {
        Initialize::new(lazy.state(), init, Sharing::new(place))
    }

    #[track_caller]
    fn lazy_blocking(&self, lazy: &Lazy<R::Value>, init: impl FnOnce() -> R::Made, place: &'static Place) -> R {
        initialize::blocking(lazy.state(), init, &place)
    }

    #[track_caller]
    fn lazy_blocking_shared(&self, lazy: &Lazy<R::Value>, init: impl FnOnce() -> R::Made, place: &'static Place) -> R
    where
        R: ShareFailure,
    {
        initialize::blocking(lazy.state(), init, &Sharing::new(place))
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

    fn lazy_shared<L, F>(&self, _: &L, _: F, _: &'static Place) -> Pending<Self::Output> {
        std::future::pending()
    }

    fn lazy_blocking<L, F>(&self, _: &L, _: F, _: &'static Place) -> Self::Output {
        unreachable!("the type error was reported")
    }

    fn lazy_blocking_shared<L, F>(&self, _: &L, _: F, _: &'static Place) -> Self::Output {
        unreachable!("the type error was reported")
    }
}

impl<R> ViaNoLazy for LazyProbe<R> {
    type Output = R;
}
