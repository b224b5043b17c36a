//! The type hints of other attributes, which expand first. Under a memoizing attribute the block's
//! type differs from the written one, so the hints are changed.
//!
//! ```text
//! let __tracing_attr_fake_return: R = loop {};            // `#[tracing::instrument]`
//! if let Some(__ret) = None::<R> { return __ret; }        // `#[async_trait]`, where `#[tracing::instrument]` is around it
//! let __ret: R = { … };
//! ```

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::syntax::tokens::{braces, contains};

const INSTRUMENT: &str = "__tracing_attr_fake_return";
const ASYNC_TRAIT: &str = "__ret";

/// Replaces the written type by `made` in the hints of the block.
pub(crate) fn retyped(block: &Group, made: &TokenStream) -> Group {
    if contains(&block.stream(), INSTRUMENT) || contains(&block.stream(), ASYNC_TRAIT) {
        braces(block, in_tokens(block.stream(), made))
    } else {
        block.clone()
    }
}

fn in_tokens(tokens: TokenStream, made: &TokenStream) -> TokenStream {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut retyped = TokenStream::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), in_tokens(group.stream(), made));
                inner.set_span(group.span());
                retyped.extend([TokenTree::from(inner)]);
            }
            other => retyped.extend([other.clone()]),
        }
        if let Some(end) = type_from(&tokens, at) {
            retyped.extend(made.clone());
            at = end;
        }
    }
    retyped
}

/// The end of the type that begins at this token, if there is one.
fn type_from(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let is = |token: &TokenTree, sign| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
    let next = |is_it: &dyn Fn(&TokenTree) -> bool| tokens[at..].iter().position(is_it).map(|next| at + next);
    match &tokens[..at] {
        [.., TokenTree::Ident(name), colon] if is(colon, ':') && name == INSTRUMENT => {
            next(&|token| matches!(token, TokenTree::Ident(word) if word == "loop")).map(|after| after - 1)
        }
        [.., TokenTree::Ident(name), colon] if is(colon, ':') && name == ASYNC_TRAIT => {
            next(&is_block).map(|after| after - 1)
        }
        [.., TokenTree::Ident(name), _, colon, open] if name == "None" && is(colon, ':') && is(open, '<') => {
            let block = next(&is_block)?;
            let TokenTree::Group(returned) = &tokens[block] else { return None };
            contains(&returned.stream(), ASYNC_TRAIT).then(|| block - 1)
        }
        _ => None,
    }
}

fn is_block(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}
