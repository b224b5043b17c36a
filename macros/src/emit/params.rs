//! Passes the parameters from the signature into the body's future. Each parameter is dropped at
//! the moment and in the order of a plain `async fn`, and the compiler's lints about it are the
//! same.
//!
//! ```text
//! async fn f(a: A, (b, _): (B, B)) -> R { BODY }
//!
//! Rebound:   fn f(a: A, param1: (B, B)) … async move { let a = a; let param1 = param1; let (b, _) = param1; BODY }
//! Captured:  async fn f(a: A, b: B)     … async move { let _ = (&b, &a); BODY }
//! ```
//!
//! `Rebound` is the compiler's own expansion of an `async fn`. `a` of the signature and `a` of the
//! body are two names. It stores each parameter twice, and once more in an outer future.
//! `Captured` stores it once, but mentioning a parameter marks it as used, so it is only for
//! functions whose body uses each parameter.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Pat, PatIdent, Token, Type};

use taskward_rules::is_called_context;

use super::evaluate;
use super::param::{Param, is_unused_name};
use crate::item::Function;
use crate::syntax::scope::bound_by;
use crate::syntax::tokens::{hidden, unraw};
use crate::syntax::types::{borrowed_self, ungroup};

/// The way in which the body receives its parameters; see the module.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Passing {
    Rebound,
    Captured,
    /// As the user, or another macro, has written it.
    AsWritten,
}

/// The surroundings of the body's future.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Around {
    Nothing,
    /// An outer future, which owns the parameters first.
    Future,
    /// The body runs several times, or outlives the call.
    Repetition,
}

/// The parameters after `self`, under names for generated code.
pub(crate) struct Params {
    passing: Passing,
    receiver: Option<TokenStream>,
    list: Vec<Param>,
}

/// Names that are keywords in some edition, perhaps in that of the expansion.
const RESERVED: [&str; 2] = ["gen", "try"];

impl Params {
    /// Chooses how a body in a future of its own receives its parameters. `shadowed` is the
    /// parameter that an attribute binds again in front of the body.
    pub(crate) fn choose_passing(
        function: &Function,
        around: Around,
        is_used: impl Fn(&Ident) -> bool,
        shadowed: Option<usize>,
    ) -> Passing {
        let Some(body) = function.body.as_ref().filter(|_| function.sig.asyncness.is_some()) else {
            return Passing::AsWritten;
        };
        let owned = function.params().filter(|param| !matches!(ungroup(&param.ty), Type::Reference(_))).count()
            + usize::from(function.sig.receiver().is_some_and(|receiver| borrowed_self(receiver).is_none()));
        match around {
            Around::Repetition => return Passing::Rebound,
            // A future that was never polled drops its captures in their order, not in the order
            // in which the body mentions them.
            Around::Nothing if owned > 1 => return Passing::Rebound,
            Around::Nothing | Around::Future => {}
        }
        let names = body.names();
        let can_be_captured = |(index, param): (usize, &syn::PatType)| {
            let is_reference = matches!(ungroup(&param.ty), Type::Reference(_)) && shadowed != Some(index);
            param.attrs.is_empty()
                && match &*param.pat {
                    Pat::Wild(_) => true,
                    Pat::Ident(PatIdent { ident, by_ref: None, subpat: None, .. }) if is_unused_name(ident) => {
                        !names.may_use(ident) && !is_used(ident)
                    }
                    Pat::Ident(PatIdent { ident, by_ref: None, subpat: None, .. }) => {
                        is_reference || names.certainly_read(ident) || is_used(ident)
                    }
                    _ => false,
                }
        };
        if function.params().enumerate().all(can_be_captured) { Passing::Captured } else { Passing::Rebound }
    }

    /// Renames the parameters for generated code. `is_used`: the parameters that an attribute
    /// uses.
    pub(crate) fn take(function: &mut Function, passing: Passing, is_used: impl Fn(&Ident) -> bool) -> Self {
        let receiver = function.sig.receiver().filter(|receiver| borrowed_self(receiver).is_none());
        let receiver = receiver.map(|receiver| receiver.self_token.to_token_stream());
        let mut list: Vec<Param> = Vec::new();
        for (index, param) in function.params_mut().enumerate() {
            let pattern = (*param.pat).clone();
            let name = match (&pattern, passing) {
                (Pat::Ident(PatIdent { ident, by_ref: None, subpat: None, .. }), Passing::AsWritten)
                    if !is_unused_name(ident) || !is_used(ident) =>
                {
                    ident.clone()
                }
                (Pat::Ident(PatIdent { ident, by_ref: None, subpat: None, .. }), Passing::Captured)
                    if !is_unused_name(ident) =>
                {
                    ident.clone()
                }
                (pattern, Passing::AsWritten) if !matches!(pattern, Pat::Wild(_) | Pat::Ident(_)) => {
                    hidden(&format!("param{index}"))
                }
                _ => {
                    let taken = |name: &Ident| list.iter().any(|known| known.name == *name);
                    let fallback =
                        if is_called_context(&param.ty) { "ctx".to_owned() } else { format!("param{index}") };
                    let name = hidden_name(&pattern, index, &fallback, taken);
                    *param.pat = syn::parse_quote!(#name);
                    name
                }
            };
            let attrs = if passing == Passing::Rebound { lints(&param.attrs) } else { Vec::new() };
            let is_used = bound_by(&pattern).into_iter().any(&is_used);
            list.push(Param { name, attrs, pattern, ty: (*param.ty).clone(), is_used });
        }
        Self { passing, receiver, list }
    }

    /// The names that the parameters have bound in front of the user's block, as one parameter
    /// each.
    pub(crate) fn bound(function: &Function, is_used: impl Fn(&Ident) -> bool) -> Self {
        let mut list = Vec::new();
        for param in function.params() {
            for name in bound_by(&param.pat) {
                let ty = if matches!(&*param.pat, Pat::Ident(_)) { (*param.ty).clone() } else { syn::parse_quote!(_) };
                list.push(Param {
                    name: name.clone(),
                    attrs: Vec::new(),
                    pattern: match &*param.pat {
                        Pat::Ident(_) => (*param.pat).clone(),
                        _ => syn::parse_quote!(#name),
                    },
                    ty,
                    is_used: is_used(name),
                });
            }
        }
        Self { passing: Passing::AsWritten, receiver: None, list }
    }

    pub(crate) fn passing(&self) -> Passing {
        self.passing
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Param> {
        self.list.get(index)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Param> {
        self.list.iter()
    }

    /// Takes the `mut` of a parameter that is bound again: only the new binding needs it.
    pub(crate) fn take_mutability(&self, function: &mut Function, index: usize) -> Option<Token![mut]> {
        if self.passing == Passing::Rebound {
            return None;
        }
        match &mut *function.params_mut().nth(index)?.pat {
            Pat::Ident(name) => name.mutability.take(),
            _ => None,
        }
    }

    /// The statements in front of the body, inside of its `async move` block.
    pub(crate) fn bind(&self) -> TokenStream {
        match self.passing {
            Passing::AsWritten => self.list.iter().filter(|param| param.is_renamed()).map(Param::rebind).collect(),
            Passing::Captured => self.capture(),
            Passing::Rebound => {
                let receiver = self.receiver.as_ref().map(|this| quote!(let _ = &#this;));
                let params: TokenStream = self.list.iter().map(Param::rebind).collect();
                quote!(#receiver #params)
            }
        }
    }

    /// The statements that bind the parameter in front of the body.
    pub(crate) fn rebind(&self, index: usize) -> TokenStream {
        let param = self.list.get(index).filter(|param| self.passing == Passing::Rebound || param.is_renamed());
        param.map(Param::rebind).unwrap_or_default()
    }

    /// Mentions the parameters from the last to the first: the future drops its captures in this
    /// order.
    fn capture(&self) -> TokenStream {
        let params = self.list.iter().filter(|param| !matches!(ungroup(&param.ty), Type::Reference(_)));
        let names: Vec<_> =
            self.receiver.iter().cloned().chain(params.map(|param| param.name.to_token_stream())).collect();
        let names = names.iter().rev();
        if names.len() == 0 { TokenStream::new() } else { quote!(let _ = (#(&#names,)*);) }
    }

    /// An expression of an attribute over the borrowed parameters. `around` receives the
    /// expression, which may be a place.
    pub(crate) fn evaluate(&self, expr: &syn::Expr, around: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
        if self.passing == Passing::Rebound {
            evaluate::over(expr, &self.list, around)
        } else {
            around(expr.to_token_stream())
        }
    }
}

/// The attributes of a parameter that are also valid on a `let`.
fn lints(attrs: &[Attribute]) -> Vec<Attribute> {
    const LINTS: [&str; 6] = ["allow", "warn", "deny", "forbid", "expect", "cfg"];
    attrs.iter().filter(|attr| LINTS.iter().any(|name| attr.path().is_ident(name))).cloned().collect()
}

/// The user's name, which documentation shows, made hygienic. Leading underscores are removed,
/// because Clippy forbids the use of such a name.
fn hidden_name(pattern: &Pat, index: usize, fallback: &str, taken: impl Fn(&Ident) -> bool) -> Ident {
    let span = Span::mixed_site().located_at(pattern.span());
    let written = match pattern {
        Pat::Ident(PatIdent { ident, by_ref: None, subpat: None, .. }) => unraw(ident),
        _ => String::new(),
    };
    let stripped = written.trim_start_matches('_');
    let name = syn::parse_str::<Ident>(stripped).ok().filter(|name| !RESERVED.iter().any(|word| name == word));
    let raw =
        (!stripped.is_empty() && stripped == written && stripped != "self").then(|| Ident::new_raw(stripped, span));
    let mut name = name.or(raw).unwrap_or_else(|| Ident::new(fallback, span));
    name.set_span(span);
    let mut next = index;
    while taken(&name) {
        name = Ident::new(&format!("param{next}"), span);
        next += 1;
    }
    name
}
