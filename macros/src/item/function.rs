//! The annotated function: a parsed signature, and the body as the user's tokens.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{AttrStyle, Attribute, FnArg, PatType, ReturnType, Signature, Token, Visibility};

use super::body::Body;
use super::foreign;
use super::output::{Output, Spelling};
use crate::diagnostics::{Error, Errors};
use crate::syntax::tokens::{braces, unraw};

#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    default: Option<Token![default]>,
    pub(crate) sig: Signature,
    /// `None` for a trait method without a default body.
    pub(crate) body: Option<Body>,
}

impl Function {
    /// Parses the item under the attribute `name`. Reports an item that is not a function and
    /// returns `None`; the item is then emitted unchanged.
    pub(crate) fn parse(name: &str, item: &TokenStream, errors: &mut Errors) -> Option<Self> {
        match syn::parse2(item.clone()) {
            Ok(function) => Some(function),
            Err(_) if keyword(item).is_some_and(|word| word != "fn") => {
                let word = keyword(item)?;
                let what = format!("`#[{name}]` needs a function, and this is a{} `{word}`", an(&word));
                errors.push(Error::new(word, what).help("move it to a `fn`"));
                None
            }
            Err(error) => {
                errors.push(error);
                None
            }
        }
    }

    /// The function's name, for messages.
    pub(crate) fn name(&self) -> String {
        unraw(&self.sig.ident)
    }

    /// Returns whether the function is an `async fn`, one that `#[async_trait]` has rewritten, or
    /// a `fn … -> impl Future`.
    pub(crate) fn is_async(&self) -> bool {
        self.spelling() != Spelling::Itself || self.sig.asyncness.is_some()
    }

    fn spelling(&self) -> Spelling {
        match &self.body {
            Some(body) if self.sig.asyncness.is_none() && body.is_boxed() => Spelling::Boxed,
            Some(body) if body.is_returned() => Spelling::Returned,
            None if self.sig.asyncness.is_none() && returns_future(&self.sig) => Spelling::Returned,
            _ => Spelling::Itself,
        }
    }

    pub(crate) fn output(&self) -> Output {
        Output::new(&self.sig.output, self.spelling())
    }

    /// An error for an attribute on a plain `fn`.
    pub(crate) fn not_async(&self, attribute: &str) -> Error {
        let what = format!("`#[{attribute}]` needs an `async fn`, and `{}` is not one", self.name());
        let error = Error::new(self.sig.fn_token, what);
        if self.body.as_ref().is_some_and(|body| foreign::blocks_on(&body.stream())) {
            return error.help("move it above the attribute that removes the `async`");
        }
        error.help("write `async fn`")
    }

    /// The parameters after `self`.
    pub(crate) fn params(&self) -> impl Iterator<Item = &PatType> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(param) => Some(param),
            FnArg::Receiver(_) => None,
        })
    }

    pub(crate) fn params_mut(&mut self) -> impl Iterator<Item = &mut PatType> {
        self.sig.inputs.iter_mut().filter_map(|input| match input {
            FnArg::Typed(param) => Some(param),
            FnArg::Receiver(_) => None,
        })
    }

    /// Returns whether the function may become a `fn … -> impl Future`, which needs no outer
    /// future.
    ///
    /// It may not if another attribute may still expect an `async fn`, inside `#[async_trait]`, or
    /// if it returns `!`, which is not a nameable type.
    pub(crate) fn may_return_future(&self) -> bool {
        self.sig.asyncness.is_some() && !self.output().is_never() && self.attrs.iter().all(foreign::is_inert)
    }

    /// Turns `async fn … -> R` into `fn … -> impl Future<Output = R>`.
    pub(crate) fn return_future(&mut self) {
        let output = self.output();
        self.sig.asyncness = None;
        // The last token ends the span of the signature in messages.
        let end = quote_spanned!(output.span()=> >);
        self.sig.output = syn::parse_quote!(-> impl ::core::future::Future<Output = #output #end);
    }

    /// Attributes, visibility and signature.
    pub(crate) fn head(&self) -> TokenStream {
        let Self { attrs, vis, default, sig, .. } = self;
        quote!(#(#attrs)* #vis #default #sig)
    }

    /// The function with another block.
    pub(crate) fn with_block(&self, block: &Group) -> TokenStream {
        let head = self.head();
        quote!(#head #block)
    }

    /// The unchanged function.
    pub(crate) fn to_tokens(&self) -> TokenStream {
        let body = self.body.as_ref().map_or_else(|| quote!(;), ToTokens::to_token_stream);
        let head = self.head();
        quote!(#head #body)
    }
}

/// Returns whether the signature is that of a `fn … -> impl Future`.
fn returns_future(sig: &Signature) -> bool {
    matches!(&sig.output, ReturnType::Type(_, ty) if foreign::returned_output(ty).is_some())
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let default = if input.peek(Token![default]) { Some(input.parse()?) } else { None };
        let sig: Signature = input.parse()?;
        let body = if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            None
        } else {
            let (inner, block) = split_attributes(braced(input)?);
            attrs.extend(inner);
            let is_async = sig.asyncness.is_some();
            let returned = if !is_async && returns_future(&sig) { Body::returned(&block) } else { None };
            Some(returned.unwrap_or_else(|| Body::new(block, is_async)))
        };
        Ok(Self { attrs, vis, default, sig, body })
    }
}

/// Returns the attributes at the beginning of a body as attributes of the function, which they are,
/// and the body without them.
fn split_attributes(block: Group) -> (Vec<Attribute>, Group) {
    let split = |input: ParseStream<'_>| Ok((input.call(Attribute::parse_inner)?, input.parse::<TokenStream>()?));
    match split.parse2(block.stream()) {
        Ok((attrs, content)) if !attrs.is_empty() => {
            let outer = |attr| Attribute { style: AttrStyle::Outer, ..attr };
            (attrs.into_iter().map(outer).collect(), braces(&block, content))
        }
        _ => (Vec::new(), block),
    }
}

/// Parses a body's braces, also inside of the invisible group of `macro_rules!`.
fn braced(input: ParseStream<'_>) -> syn::Result<Group> {
    input.step(|cursor| match cursor.token_tree().map(|(token, rest)| (visible_group(token), rest)) {
        Some((Some(group), rest)) if group.delimiter() == Delimiter::Brace => Ok((group, rest)),
        _ => Err(cursor.error("expected the body of a function")),
    })
}

fn visible_group(token: TokenTree) -> Option<Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            group.stream().into_iter().next().and_then(visible_group)
        }
        TokenTree::Group(group) => Some(group),
        _ => None,
    }
}

/// The keyword of an item.
pub(crate) fn keyword(item: &TokenStream) -> Option<Ident> {
    const ITEMS: [&str; 10] = ["fn", "struct", "enum", "union", "trait", "impl", "mod", "const", "static", "type"];
    // `const fn` is a function.
    let is_fn = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "fn");
    let head: Vec<_> = item
        .clone()
        .into_iter()
        .take_while(|token| !matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace))
        .collect();
    head.iter()
        .find(|token| is_fn(token))
        .or_else(|| {
            head.iter().find(|token| matches!(token, TokenTree::Ident(word) if ITEMS.iter().any(|item| word == item)))
        })
        .and_then(|token| match token {
            TokenTree::Ident(word) => Some(word.clone()),
            _ => None,
        })
}

fn an(word: &Ident) -> &'static str {
    if word.to_string().starts_with(['e', 'i']) { "n" } else { "" }
}
