//! The trait of context parameters, for generated code.
#![allow(missing_docs)]

use std::borrow::Borrow;

use super::handle::Context;

/// A context parameter, by value or by reference.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a context",
    label = "expected `&taskward::Context` or `taskward::Context`",
    note = "the first parameter (after `self`) of an annotated function is its context: `ctx: &Context`",
    note = "if `Context` is that of another crate here, write `&taskward::Context`"
)]
pub trait ContextParam: Sized {
    /// The form of the context that a race stores.
    type Handle: Borrow<Context>;
    /// This kind of parameter, for a context that lives as long as a call.
    type Derived<'a>;

    fn handle(&self) -> Self::Handle;
    fn context(&self) -> Context;
    fn derived(ctx: &Context) -> Self::Derived<'_>;

    /// The parameter once more, for another call.
    fn again(&self) -> Self::Derived<'_>;

    /// The context, unless the parameter represents it in another form, which has no values.
    fn with_values(&self) -> Option<&Context>;
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

    fn again(&self) -> Context {
        self.clone()
    }

    #[inline]
    fn with_values(&self) -> Option<&Context> {
        Some(self)
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

    #[inline]
    fn again(&self) -> &Context {
        self
    }

    #[inline]
    fn with_values(&self) -> Option<&Context> {
        Some(self)
    }
}

#[cfg(feature = "tokio-util")]
// Implemented without the feature, too, so that error messages do not depend on it.
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

    fn again(&self) -> Self {
        self.clone()
    }

    fn with_values(&self) -> Option<&Context> {
        None
    }
}
