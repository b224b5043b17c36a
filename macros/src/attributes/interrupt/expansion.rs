//! What the attributes of one function share while they expand.

use proc_macro2::{Ident, Span};
use syn::Type;

use crate::emit::Params;
use crate::item::context_param::Kind;
use crate::krate::Krate;

/// See the file.
pub(super) struct Expansion<'k> {
    pub(super) krate: &'k Krate,
    pub(super) params: Params,
    pub(super) ctx: Option<ContextParam>,
    /// Whether an attribute says that the parameter is a context.
    pub(super) is_certain: bool,
}

/// The context parameter.
#[derive(Clone)]
pub(super) struct ContextParam {
    pub(super) index: usize,
    pub(super) kind: Kind,
    pub(super) name: Ident,
    pub(super) ty: Type,
    /// The span of messages about its type.
    pub(super) span: Span,
}
