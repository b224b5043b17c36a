//! The parameters of a function that becomes `fn … -> impl Future`: all of them have to move into the future.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{FnArg, Pat, Token};

/// What moves the parameters into an `async move` block, in front of the user's statements.
///
/// An `async` block captures only what it mentions, and drops that in the order of its first mention. An `async fn`
/// keeps all its parameters until it ends, and drops them last to first: so they are mentioned from last to first.
/// One that the user never mentions is left out, because mentioning it would hide that it is unused; unless its name says
/// that this is on purpose.
pub(crate) fn capture(inputs: &mut Punctuated<FnArg, Token![,]>, body: &TokenStream) -> TokenStream {
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
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                let name = &name.ident;
                if name.to_string().starts_with('_') || mentions(body, name) {
                    mentioned.push(quote!(#name));
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
