//! Attributes of other crates. Some expand first and leave their own code around the user's;
//! others expand later.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{Attribute, GenericArgument, PathArguments, Type, TypeParamBound};

use crate::syntax::tokens::contains;
use crate::syntax::types::ungroup;

/// Attributes that do not look at the function.
const INERT: [&str; 9] = ["doc", "inline", "cold", "deprecated", "allow", "warn", "deny", "expect", "cfg"];

/// Tools whose attributes are inert.
const TOOLS: [&str; 4] = ["rustfmt", "clippy", "diagnostic", "rust_analyzer"];

/// Attributes of the compiler that change the meaning of an `async fn`, and see no tokens.
const BUILT_IN: [&str; 8] =
    ["must_use", "track_caller", "target_feature", "no_mangle", "link_section", "test", "ignore", "should_panic"];

/// Returns whether the attribute works on an `async fn` and on a `fn` that returns a future alike.
pub(crate) fn is_inert(attr: &Attribute) -> bool {
    let of_tool = || TOOLS.iter().any(|tool| attr.path().segments.first().is_some_and(|first| first.ident == tool));
    INERT.iter().any(|name| attr.path().is_ident(name)) || of_tool()
}

/// Returns whether the attribute may be a macro that is still to expand.
pub(crate) fn may_expand(attr: &Attribute) -> bool {
    !is_inert(attr) && !BUILT_IN.iter().any(|name| attr.path().is_ident(name))
}

/// Returns whether the body blocks on a future, as `#[tokio::test]` and `#[tokio::main]` make it.
pub(crate) fn blocks_on(body: &TokenStream) -> bool {
    contains(body, "block_on")
}

/// The inner braces of `{ Box::pin(async move { … }) }`, which `#[async_trait]` generates.
pub(crate) fn boxed(block: &Group) -> Option<Group> {
    let tokens: Vec<_> = block.stream().into_iter().collect();
    let (TokenTree::Group(call), path) = tokens.split_last()? else { return None };
    let names: Vec<_> =
        path.iter().filter(|token| matches!(token, TokenTree::Ident(_))).map(ToString::to_string).collect();
    if !names.ends_with(&["Box".into(), "pin".into()]) {
        return None;
    }
    let call: Vec<_> = call.stream().into_iter().collect();
    call.windows(3).rev().find_map(|tokens| match tokens {
        [TokenTree::Ident(word), TokenTree::Ident(capture), TokenTree::Group(block)]
            if word == "async" && capture == "move" && block.delimiter() == Delimiter::Brace =>
        {
            Some(block.clone())
        }
        _ => None,
    })
}

/// `{ Box::pin(async move { … }) }` with new inner braces.
pub(crate) fn replace_boxed(block: &Group, inner: &Group) -> TokenStream {
    // `Box::pin`, with the spans of the other macro.
    let mut path: Vec<_> = block.stream().into_iter().collect();
    path.pop();
    quote::quote!(#(#path)* (async move #inner))
}

/// Splits the code that `#[async_trait]` has boxed at the user's block, `let __ret: R = { … };`.
pub(crate) fn split_boxed(inner: &Group) -> (Vec<TokenTree>, Group, Vec<TokenTree>) {
    let mut tokens: Vec<_> = inner.stream().into_iter().collect();
    let ret = tokens.windows(2).position(
        |tokens| matches!(tokens, [TokenTree::Ident(word), TokenTree::Ident(name)] if word == "let" && name == "__ret"),
    );
    let block = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    let at = ret.and_then(|ret| Some(ret + tokens[ret..].iter().position(block)?));
    match at.map(|at| (tokens.split_off(at + 1), tokens.pop())) {
        Some((after, Some(TokenTree::Group(block)))) => (tokens, block, after),
        _ => (Vec::new(), inner.clone(), Vec::new()),
    }
}

/// Returns whether `#[async_trait]` has put `let __self = self;` in front of the block, which it
/// does not if another attribute stands between.
pub(crate) fn renames_self(inner: &Group) -> bool {
    let tokens: Vec<_> = inner.stream().into_iter().collect();
    tokens.windows(2).any(|tokens| {
        matches!(tokens, [TokenTree::Ident(word), TokenTree::Ident(name)] if word == "let" && name == "__self")
    })
}

/// The `T` in `Pin<Box<dyn Future<Output = T> + …>>`.
pub(crate) fn boxed_output(ty: &Type) -> Option<&Type> {
    fn argument(ty: &Type) -> Option<&Type> {
        let Type::Path(path) = ungroup(ty) else { return None };
        let PathArguments::AngleBracketed(args) = &path.path.segments.last()?.arguments else { return None };
        args.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
    }
    let Type::TraitObject(object) = argument(argument(ty)?)? else { return None };
    future_output(&object.bounds)
}

/// The `T` in `impl Future<Output = T> + …`.
pub(crate) fn returned_output(ty: &Type) -> Option<&Type> {
    match ungroup(ty) {
        Type::ImplTrait(opaque) => future_output(&opaque.bounds),
        _ => None,
    }
}

fn future_output<'t>(bounds: impl IntoIterator<Item = &'t TypeParamBound>) -> Option<&'t Type> {
    bounds.into_iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let last = bound.path.segments.last().filter(|last| last.ident == "Future")?;
        let PathArguments::AngleBracketed(args) = &last.arguments else { return None };
        args.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
            _ => None,
        })
    })
}
