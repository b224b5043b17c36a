//! Parameters: those the run owns, and the context.

use std::borrow::Borrow;
use std::future::Future;
use std::marker::PhantomData;

use crate::context::Context;
use crate::context::call::race::{Race, Within};
use crate::context::param::ContextParam;
use crate::outcome::Outcome;

/// A borrowed parameter, of which the run gets its own copy.
#[diagnostic::on_unimplemented(
    message = "a run may outlive the call that starts it, and so cannot borrow a `{Self}`, which cannot be cloned either",
    label = "borrowed by the run",
    note = "take it in an `Arc`: `Arc<{Self}>`"
)]
pub trait BorrowedParam {
    type Owned;
    fn own(&self) -> Self::Owned;
}

#[diagnostic::do_not_recommend]
impl<B: ToOwned + ?Sized> BorrowedParam for B {
    type Owned = B::Owned;

    fn own(&self) -> B::Owned {
        self.to_owned()
    }
}

pub fn own_param<B: BorrowedParam + ?Sized>(param: &B) -> B::Owned {
    param.own()
}

/// Like [`BorrowedParam`], for `self`.
#[diagnostic::on_unimplemented(
    message = "a run may outlive the call that starts it, and so cannot borrow `self`: a `{Self}` cannot be cloned either",
    label = "borrowed by the run",
    note = "write `self: &Arc<Self>` or `self: Arc<Self>`"
)]
pub trait BorrowedSelf: Sized {
    fn own(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<S: Clone> BorrowedSelf for S {
    fn own(&self) -> Self {
        self.clone()
    }
}

pub fn own_self<S: BorrowedSelf>(this: &S) -> S {
    this.own()
}

/// Returns the context of the run as the body's parameter.
#[inline]
pub fn flight_ctx<P: ContextParam>(ctx: &Context) -> P::Derived<'_> {
    P::derived(ctx)
}

/// Races `call` against the caller's own context.
#[inline]
pub fn flight_with<C, F>(ctx: C, call: F) -> Race<C, F, Within<F::Output>>
where
    C: Borrow<Context>,
    F: Future<Output: Outcome>,
{
    Race::new(ctx, call, Within::new())
}

/// The first parameter, if only its type tells whether it is a context: `(&First::<P>::NEW)`.
///
/// Inherent methods come before those of a trait, and a trait of `First` before one of `&First`:
/// a context, a borrowed parameter, any other value.
pub struct First<P>(PhantomData<fn(P)>);

impl<P> First<P> {
    pub const NEW: Self = Self(PhantomData);
}

impl<P: ContextParam> First<P> {
    pub fn handle(&self, param: &P) -> P::Handle {
        param.handle()
    }

    pub fn fly<F: Future<Output: Outcome>>(&self, handle: P::Handle, call: F) -> Race<P::Handle, F, Within<F::Output>> {
        flight_with(handle, call)
    }

    pub fn own(&self, _: P) {}

    pub fn lend<'a>(&self, (): &'a mut (), ctx: &'a Context) -> P::Derived<'a> {
        P::derived(ctx)
    }
}

pub trait ViaFlightBorrow {
    type Target: BorrowedParam + ?Sized;
    fn handle<P>(&self, _: &P) {}
    fn fly<F: Future>(&self, (): (), call: F) -> F {
        call
    }
    fn own(&self, param: &Self::Target) -> <Self::Target as BorrowedParam>::Owned {
        param.own()
    }
    fn lend<'a>(&self, owned: &'a mut <Self::Target as BorrowedParam>::Owned, _: &'a Context) -> &'a Self::Target
    where
        <Self::Target as BorrowedParam>::Owned: Borrow<Self::Target>,
    {
        Borrow::borrow(owned)
    }
}

impl<B: BorrowedParam + ?Sized> ViaFlightBorrow for First<&B> {
    type Target = B;
}

pub trait ViaFlightValue {
    type Param;
    fn handle(&self, _: &Self::Param) {}
    fn fly<F: Future>(&self, (): (), call: F) -> F {
        call
    }
    fn own(&self, param: Self::Param) -> Option<Self::Param> {
        Some(param)
    }
    fn lend(&self, owned: &mut Option<Self::Param>, _: &Context) -> Self::Param {
        match owned.take() {
            Some(param) => param,
            None => unreachable!("a parameter is taken once"),
        }
    }
}

impl<P> ViaFlightValue for &First<P> {
    type Param = P;
}
