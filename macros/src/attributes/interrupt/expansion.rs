//! The state that the interrupting attributes of one function share during expansion.

use proc_macro2::{Ident, Span};
use syn::Type;

use crate::emit::Params;
use crate::item::context_param::Kind;
use crate::krate::Krate;

pub(super) struct Expansion<'k> {
    pub(super) krate: &'k Krate,
    pub(super) params: Params,
    pub(super) ctx: Option<ContextParam>,
    /// `true` if an attribute requires that the parameter is a context.
    pub(super) is_certain: bool,
}

/// The context parameter.
#[derive(Clone)]
pub(super) struct ContextParam {
    pub(super) index: usize,
    pub(super) kind: Kind,
    pub(super) name: Ident,
    pub(super) ty: Type,
    /// The span of messages about the parameter's type.
    pub(super) span: Span,
}
