//! Recognises the attributes of taskward on a function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::{Attribute, Meta, Path};

use crate::args::Keys;
use crate::attributes::{Cancellable, Lazy, Once, Retry, SingleFlight, WithTimeout, WorkerPool};
use crate::item::{Function, foreign};
use crate::krate::Krate;
use crate::syntax::tokens::attribute_span;

/// An attribute of taskward that can be combined with others on a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Cancellable,
    WithTimeout,
    Retry,
    Lazy,
    Once,
    SingleFlight,
    WorkerPool,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Cancellable,
        Self::WithTimeout,
        Self::Retry,
        Self::Lazy,
        Self::Once,
        Self::SingleFlight,
        Self::WorkerPool,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cancellable => Cancellable::NAME,
            Self::WithTimeout => WithTimeout::NAME,
            Self::Retry => Retry::NAME,
            Self::Lazy => Lazy::NAME,
            Self::Once => Once::NAME,
            Self::SingleFlight => SingleFlight::NAME,
            Self::WorkerPool => WorkerPool::NAME,
        }
    }

    fn ident(self) -> Ident {
        Ident::new(self.name(), Span::call_site())
    }

    pub(super) fn is_memo(self) -> bool {
        matches!(self, Self::Lazy | Self::Once | Self::SingleFlight)
    }

    fn is_interrupt(self) -> bool {
        matches!(self, Self::Cancellable | Self::WithTimeout | Self::Retry)
    }
}

/// An attribute of taskward, as the user wrote it.
pub(super) struct Sibling {
    pub(super) kind: Kind,
    pub(super) args: TokenStream,
    /// The span of messages about the whole attribute.
    pub(super) at: TokenStream,
    /// The path under which the user wrote it.
    path: Option<Path>,
}

impl Sibling {
    /// The attribute that is being expanded.
    pub(super) fn first(kind: Kind, args: TokenStream) -> Self {
        Self { kind, args, at: attribute_span(), path: None }
    }

    /// The attribute with a marker argument: the compiler resolves its name, so that an import
    /// counts as used and editors find it.
    pub(super) fn name_only(&self) -> TokenStream {
        let (path, expanded) = (&self.path, Ident::new(MARKER, Span::call_site()));
        quote!(#[#path(#expanded)])
    }

    /// The attribute, in front of an item that it expands again.
    pub(super) fn to_attribute(&self, krate: Option<&Path>) -> TokenStream {
        let (name, args) = (self.kind.ident(), &self.args);
        let args = if args.is_empty() { TokenStream::new() } else { quote!((#args)) };
        krate.map_or_else(|| quote!(::taskward::#name #args), |krate| quote!(#krate::#name #args))
    }

    pub(super) fn of_meta(meta: &Meta, krate: Option<&Path>) -> Option<Self> {
        let args = match meta {
            Meta::Path(_) => TokenStream::new(),
            Meta::List(list) => list.tokens.clone(),
            Meta::NameValue(_) => return None,
        };
        let kind = kind_of(meta.path(), krate).or_else(|| kind_of(meta.path(), path_of_crate(&args).as_ref()))?;
        Some(Self { kind, args, at: meta.to_token_stream(), path: Some(meta.path().clone()) })
    }
}

/// Returns whether the arguments are those of [`Sibling::name_only`].
pub(super) fn has_expanded(args: &TokenStream) -> bool {
    args.to_string() == MARKER
}

/// The attribute that the path names: `once`, `taskward::once`, or a path under the crate's path.
/// `cached::once` belongs to another crate.
fn kind_of(path: &Path, krate: Option<&Path>) -> Option<Kind> {
    let last = path.segments.last()?;
    let kind = Kind::ALL.into_iter().find(|kind| last.ident == kind.name())?;
    let prefix: Vec<_> = path.segments.iter().take(path.segments.len() - 1).map(|it| it.ident.to_string()).collect();
    let of_crate = |krate: &Path| krate.segments.iter().map(|it| it.ident.to_string()).eq(prefix.iter().cloned());
    let is_ours = prefix.is_empty() || prefix == ["taskward"] || krate.is_some_and(of_crate);
    is_ours.then_some(kind)
}

/// The value of `crate = path`, if it can be read.
pub(super) fn path_of_crate(args: &TokenStream) -> Option<Path> {
    let tokens: Vec<_> = args.clone().into_iter().collect();
    let at = tokens.iter().position(|token| matches!(token, proc_macro2::TokenTree::Ident(word) if word == "crate"))?;
    let is_option = at == 0 || tokens[at - 1].to_string() == ",";
    if !is_option || tokens.get(at + 1)?.to_string() != "=" {
        return None;
    }
    let value = tokens[at + 2..].iter().take_while(|token| token.to_string() != ",").cloned().collect();
    Path::parse_mod_style.parse2(value).ok()
}

/// Removes the attributes of taskward from the function.
pub(super) fn take(function: &mut Function, krate: Option<&Path>) -> Vec<Sibling> {
    let mut siblings = Vec::new();
    function.attrs.retain(|attr| match Sibling::of_meta(&attr.meta, krate) {
        Some(sibling) => {
            siblings.push(Sibling { at: attr.to_token_stream(), ..sibling });
            false
        }
        None => true,
    });
    siblings
}

/// The attributes that have expanded without a sibling that an alias had hidden.
#[derive(Default)]
pub(super) struct Marker(Vec<Kind>);

const MARKER: &str = "__expanded";

/// Removes the marker from the function.
pub(super) fn take_marker(function: &mut Function) -> Marker {
    let is_marker = |attr: &Attribute| attr.path().segments.last().is_some_and(|last| last.ident == MARKER);
    let mut kinds = Vec::new();
    for attr in function.attrs.iter().filter(|attr| is_marker(attr)) {
        let names = attr.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default();
        let known =
            names.into_iter().filter_map(|name| Kind::ALL.into_iter().find(|kind| name.to_string() == kind.name()));
        kinds.extend(known);
    }
    function.attrs.retain(|attr| !is_marker(attr));
    Marker(kinds)
}

impl Marker {
    pub(super) fn with(mut self, kinds: &[Kind]) -> Self {
        self.0.extend(kinds);
        self
    }

    /// The marker attribute, if an attribute that is still to expand may be one of taskward.
    pub(super) fn attribute(&self, function: &Function, krate: &Krate) -> TokenStream {
        if !function.attrs.iter().any(foreign::may_expand) {
            return TokenStream::new();
        }
        let (marker, names) = (Ident::new(MARKER, Span::call_site()), self.0.iter().map(|kind| kind.ident()));
        quote!(#[#krate::__private::#marker(#(#names)*)])
    }

    /// A sibling and an attribute that has expanded before it, if their order matters.
    pub(super) fn conflict(&self, siblings: &[Sibling]) -> Option<(Kind, Kind)> {
        let pairs = siblings.iter().flat_map(|late| self.0.iter().map(|early| (late.kind, *early)));
        pairs.into_iter().find(|(late, early)| {
            late.is_memo() && (early.is_interrupt() || early.is_memo())
                || *late == Kind::Retry && early.is_interrupt()
                || *late == Kind::WithTimeout && *early == Kind::Retry
        })
    }
}
