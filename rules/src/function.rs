//! The function that the rules look at.

use proc_macro2::TokenStream;
use syn::{FnArg, PatType, Signature, Type, TypePath};

/// A function: its signature and its body.
#[derive(Clone, Copy)]
pub struct Function<'a> {
    /// The signature, with or without `async`.
    pub sig: &'a Signature,
    /// The tokens of the block, braces included. `None` for a trait method without a default body.
    pub body: Option<&'a TokenStream>,
    /// Whether the body may `.await`. `#[async_trait]` leaves an asynchronous body in a plain `fn`.
    pub is_async: bool,
    /// Whether the runtime ends with the function, as it does with `main`.
    pub is_main: bool,
}

impl<'a> Function<'a> {
    /// An `async fn` or a plain `fn`, as its signature says.
    #[must_use]
    pub fn new(sig: &'a Signature, body: Option<&'a TokenStream>) -> Self {
        Self { sig, body, is_async: sig.asyncness.is_some(), is_main: false }
    }

    /// The parameters after `self`.
    pub(crate) fn params(&self) -> impl Iterator<Item = &'a PatType> + use<'a> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(param) => Some(param),
            FnArg::Receiver(_) => None,
        })
    }
}

/// Returns whether the name of a type, or of what it refers to, is that of a context: `Context` or `CancellationToken`.
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
