//! The function that the rules check.

use syn::{Attribute, FnArg, PatType, Signature, Type, TypePath};

/// A function in the form that the rules expect.
#[derive(Clone, Copy)]
pub struct Function<'a> {
    /// The signature, with or without `async`.
    pub sig: &'a Signature,
    /// `true` if the body may `.await`. `#[async_trait]` leaves an asynchronous body in a plain
    /// `fn`.
    pub is_async: bool,
    /// The caller of the function.
    pub role: Role,
    /// `true` if a `#[with_timeout]` on the function takes its limit from a parameter.
    pub limit_uses_params: bool,
}

/// The caller of a function, which decides the rules that apply to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Any function.
    Plain,
    /// An interrupting attribute, which drops the body when its context ends.
    Interrupted,
    /// An interrupting attribute that gives the body time to clean up: `grace = "2s"`.
    Graceful,
    /// The runtime, which stops when the function returns.
    Main,
}

impl<'a> Function<'a> {
    /// Makes a description of an `async fn` or a plain `fn` from its signature.
    #[must_use]
    pub fn new(sig: &'a Signature) -> Self {
        Self { sig, is_async: sig.asyncness.is_some(), role: Role::Plain, limit_uses_params: false }
    }

    /// Sets the role.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// The parameters after `self`.
    pub(crate) fn params(&self) -> impl Iterator<Item = &'a PatType> + use<'a> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(param) => Some(param),
            FnArg::Receiver(_) => None,
        })
    }
}

/// Returns whether an attribute is a `#[with_timeout(limit)]` whose limit is an expression.
///
/// The expression may use a parameter.
#[must_use]
pub fn is_limit(attr: &Attribute) -> bool {
    let is_called = attr.path().segments.last().is_some_and(|last| last.ident == "with_timeout");
    is_called && attr.parse_args::<syn::LitStr>().is_err()
}

/// Returns whether a type, references aside, is called `Context` or `CancellationToken`.
#[must_use]
pub fn is_called_context(ty: &Type) -> bool {
    match ungroup(ty) {
        Type::Reference(reference) => is_called_context(&reference.elem),
        Type::Path(TypePath { path, .. }) => {
            path.segments.last().is_some_and(|last| last.ident == "Context" || last.ident == "CancellationToken")
        }
        _ => false,
    }
}

/// Removes the invisible group around a type that came through `macro_rules!`.
pub(crate) fn ungroup(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}
