//! Parameters that are contexts, as generated code sees them.
#![allow(missing_docs)]

use std::borrow::Borrow;

use super::handle::Context;

/// A parameter that is a context, by value or by reference.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a context",
    label = "expected `&taskward::Context` or `taskward::Context`",
    note = "the first parameter (after `self`) of an annotated function is its context: `ctx: &Context`"
)]
pub trait ContextParam: Sized {
    /// What a race keeps of it.
    type Handle: Borrow<Context>;
    /// The same kind of parameter, for a context that lives as long as a call.
    type Derived<'a>;

    fn handle(&self) -> Self::Handle;
    fn context(&self) -> Context;
    fn derived(ctx: &Context) -> Self::Derived<'_>;
}

impl ContextParam for Context {
    type Handle = Context;
    type Derived<'a> = Context;

    fn handle(&self) -> Context {
        self.clone()
    }

    fn context(&self) -> Context {
        self.clone()
    }

    fn derived(ctx: &Context) -> Context {
        ctx.clone()
    }
}

impl<'c> ContextParam for &'c Context {
    type Handle = &'c Context;
    type Derived<'a> = &'a Context;

    #[inline]
    fn handle(&self) -> &'c Context {
        self
    }

    fn context(&self) -> Context {
        Context::clone(self)
    }

    fn derived(ctx: &Context) -> &Context {
        ctx
    }
}

#[cfg(feature = "tokio-util")]
// So that messages are the same with and without the feature.
#[diagnostic::do_not_recommend]
impl ContextParam for tokio_util::sync::CancellationToken {
    type Handle = Context;
    type Derived<'a> = Self;

    fn handle(&self) -> Context {
        self.context()
    }

    fn context(&self) -> Context {
        Context::from(self.clone())
    }

    fn derived(ctx: &Context) -> Self {
        ctx.to_token()
    }
}
