//! The parameters of a function that becomes `fn … -> impl Future`: all of them have to move into the future.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{FnArg, Pat, Token, Type};

use crate::output::ungroup;

/// What moves the parameters into an `async move` block, in front of the user's statements.
///
/// An `async` block captures only what it mentions, and drops that in the order of its first mention. An `async fn`
/// keeps all its parameters until it ends, and drops them last to first: so they are mentioned from last to first.
/// One that neither the user nor `prologue` mentions is left out, because mentioning it would hide that it is unused;
/// unless its name says that this is on purpose: then it gets another one, because Clippy forbids to use such names.
pub(crate) fn capture(
    inputs: &mut Punctuated<FnArg, Token![,]>,
    prologue: &TokenStream,
    body: &TokenStream,
) -> TokenStream {
    let mut mentioned = Vec::new();
    let mut patterns = TokenStream::new();
    for (index, input) in inputs.iter_mut().enumerate() {
        let param = match input {
            FnArg::Receiver(receiver) => {
                mentioned.push(receiver.self_token.to_token_stream());
                continue;
            }
            FnArg::Typed(param) => param,
        };
        match &*param.pat {
            Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
                let name = pattern.ident.clone();
                let (is_used, is_in_prologue) = (mentions(body, &name), mentions(prologue, &name));
                match name.to_string().strip_prefix('_').map(|rest| rest.trim_start_matches('_')) {
                    // Used all the same, which the user is told once, and not twice.
                    Some(_) if is_used => {}
                    Some(rest) if !is_in_prologue => {
                        let name = syn::parse_str(rest)
                            .map_or_else(|_| format!("param{index}"), |name: Ident| name.to_string());
                        let name = Ident::new(&name, Span::mixed_site());
                        *param.pat = syn::parse_quote!(#name);
                        mentioned.push(quote!(#name));
                    }
                    _ => {
                        let is_owned = !matches!(ungroup(&param.ty), Type::Reference(_));
                        if is_used || is_owned && is_in_prologue {
                            mentioned.push(quote!(#name));
                        }
                    }
                }
            }
            _ => {
                let name = Ident::new(&format!("param{index}"), Span::mixed_site());
                let pattern = std::mem::replace(&mut *param.pat, syn::parse_quote!(#name));
                mentioned.push(quote!(#name));
                if !matches!(pattern, Pat::Wild(_)) {
                    // Rebound, so that what the pattern leaves is dropped right after what it takes.
                    patterns.extend(quote!(let #name = #name; let #pattern = #name;));
                }
            }
        }
    }
    if mentioned.is_empty() {
        return patterns;
    }
    let mentioned = mentioned.iter().rev();
    quote!(let _ = (#(&#mentioned,)*); #patterns)
}

/// Whether the name occurs anywhere: as a token, or inside a literal, where a format string may capture it.
pub(crate) fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().contains(&name.to_string()),
        TokenTree::Punct(_) => false,
    })
}
