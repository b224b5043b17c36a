//! The annotated function: its signature parsed, its body kept as the tokens that the user wrote.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Pat, PatType, Signature, Token, Visibility};

use crate::diagnostics::{Error, Errors};
use crate::output::Output;
use crate::params;
use crate::pipeline;
use crate::rewrite::Body;

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
    /// Reports what is not a function. `None` then: the item is emitted as it came.
    pub(crate) fn parse<A: pipeline::Attribute>(item: &TokenStream, errors: &mut Errors) -> Option<Self> {
        match syn::parse2(item.clone()) {
            Ok(function) => Some(function),
            Err(_) if keyword(item).is_some_and(|word| word != "fn") => {
                let word = keyword(item)?;
                let what = format!("`#[{}]` stands on a function, and this is a{} `{word}`", A::NAME, an(&word));
                errors.push(Error::new(word, what).help("move it to a `fn`"));
                None
            }
            Err(error) => {
                errors.push(error);
                None
            }
        }
    }

    /// The name for messages.
    pub(crate) fn name(&self) -> String {
        let name = self.sig.ident.to_string();
        name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
    }

    /// `async fn`, or what `#[async_trait]` makes of one.
    pub(crate) fn is_async(&self) -> bool {
        self.sig.asyncness.is_some() || self.body.as_ref().is_some_and(Body::is_boxed)
    }

    pub(crate) fn output(&self) -> Output {
        Output::new(&self.sig.output, self.sig.asyncness.is_none() && self.is_async())
    }

    /// The parameters after `self`.
    pub(crate) fn params(&self) -> impl Iterator<Item = &PatType> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(param) => Some(param),
            FnArg::Receiver(_) => None,
        })
    }

    /// The name of the first parameter, for generated code, and where messages about its type point. One that is not a plain name becomes one, and its
    /// pattern moves into the body. So does one with an underscore in front, which Clippy forbids to use.
    pub(crate) fn name_first_param(&mut self) -> Option<(Ident, Span)> {
        let param = self.sig.inputs.iter_mut().find_map(|input| match input {
            FnArg::Typed(param) => Some(param),
            FnArg::Receiver(_) => None,
        })?;
        let span = param.ty.span();
        if let Pat::Ident(name) = &*param.pat
            && name.by_ref.is_none()
            && name.subpat.is_none()
            && !name.ident.to_string().starts_with('_')
        {
            return Some((name.ident.clone(), span));
        }
        let name = Ident::new("ctx", Span::mixed_site());
        let pattern = std::mem::replace(&mut *param.pat, syn::parse_quote!(#name));
        let is_unused = |body: &Body| match &pattern {
            Pat::Wild(_) => true,
            // What is called unused, and is, needs no variable.
            Pat::Ident(name) if name.subpat.is_none() => !params::mentions(&body.stream(), &name.ident),
            _ => false,
        };
        if let Some(body) = &mut self.body
            && !is_unused(body)
        {
            body.prepend(quote!(let #pattern = #name;));
        }
        Some((name, span))
    }

    /// Whether the function may become a `fn … -> impl Future`, which stores its arguments once instead of twice.
    ///
    /// Not if another attribute is still to come that may want to see an `async fn`, not inside `#[async_trait]`, and not for `!`, which is no
    /// type that could be written.
    pub(crate) fn may_return_future(&self) -> bool {
        const INERT: [&str; 9] = ["doc", "inline", "cold", "deprecated", "allow", "warn", "deny", "expect", "cfg"];
        const TOOLS: [&str; 4] = ["rustfmt", "clippy", "diagnostic", "rust_analyzer"];
        let is_inert = |attr: &Attribute| {
            let of_tool =
                || TOOLS.iter().any(|tool| attr.path().segments.first().is_some_and(|first| first.ident == tool));
            INERT.iter().any(|name| attr.path().is_ident(name)) || of_tool()
        };
        let has_attrs = |input: &FnArg| match input {
            FnArg::Receiver(receiver) => !receiver.attrs.is_empty(),
            FnArg::Typed(param) => !param.attrs.is_empty(),
        };
        self.sig.asyncness.is_some()
            && !self.output().is_never()
            && self.attrs.iter().all(is_inert)
            && !self.sig.inputs.iter().any(has_attrs)
    }

    /// `async fn … -> R { PROLOGUE EXPR.await }`, where `expression` is made of the body's future. What `bindings` binds
    /// the body moves away: they are gone before the `await`, so that the future need not store them twice.
    pub(crate) fn awaiting(
        &self,
        merge: bool,
        prologue: &TokenStream,
        bindings: &TokenStream,
        expression: impl FnOnce(TokenStream) -> TokenStream,
    ) -> TokenStream {
        let Some(body) = &self.body else { return self.to_tokens() };
        let output = self.output();
        let future = body.future(&output, merge, &TokenStream::new());
        let future = if bindings.is_empty() { future } else { quote!({ #bindings #future }) };
        let name = future_name(&output);
        let expression = expression(quote!(#name));
        let awaited = quote_spanned!(output.span()=> #expression.await);
        let body = body.with(quote!(#prologue let #name = #future; #awaited));
        let head = self.head();
        quote!(#head #body)
    }

    /// `fn … -> impl Future<Output = R> { PROLOGUE EXPR }`, or the same as [`awaiting`](Self::awaiting) where that
    /// cannot be.
    pub(crate) fn returning(
        mut self,
        prologue: &TokenStream,
        expression: impl FnOnce(TokenStream) -> TokenStream,
    ) -> TokenStream {
        if !self.may_return_future() {
            return self.awaiting(false, prologue, &TokenStream::new(), expression);
        }
        let output = self.output();
        let Some(body) = &self.body else { return self.to_tokens() };
        let capture = params::capture(&mut self.sig.inputs, prologue, &body.stream());
        let future = body.future(&output, false, &capture);
        let name = future_name(&output);
        let expression = expression(quote!(#name));
        let body = body.with(quote!(#prologue let #name = #future; #expression));
        self.return_future();
        let head = self.head();
        quote!(#head #body)
    }

    /// `async fn … -> R` becomes `fn … -> impl Future<Output = R>`.
    pub(crate) fn return_future(&mut self) {
        let output = self.output();
        self.sig.asyncness = None;
        // The last token says where the signature ends, for messages about all of it.
        let end = quote_spanned!(output.span()=> >);
        self.sig.output = syn::parse_quote!(-> impl ::core::future::Future<Output = #output #end);
    }

    /// Attributes, visibility and signature.
    pub(crate) fn head(&self) -> TokenStream {
        let Self { attrs, vis, default, sig, .. } = self;
        quote!(#(#attrs)* #vis #default #sig)
    }

    /// The function as it stands.
    pub(crate) fn to_tokens(&self) -> TokenStream {
        let body = self.body.as_ref().map_or_else(|| quote!(;), ToTokens::to_token_stream);
        let head = self.head();
        quote!(#head #body)
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let default = if input.peek(Token![default]) { Some(input.parse()?) } else { None };
        let sig: Signature = input.parse()?;
        let body = if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            None
        } else {
            Some(Body::new(braced(input)?, sig.asyncness.is_some()))
        };
        Ok(Self { attrs, vis, default, sig, body })
    }
}

/// A body's braces, also where they came through `macro_rules!` and have invisible brackets around them.
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

/// The word that says what kind of item it is.
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

/// The variable that holds the body's future: so that messages about its type point at the written type, and not at
/// the whole body. A span of the expansion would add "in this attribute macro expansion" to them.
fn future_name(output: &Output) -> Ident {
    Ident::new("__taskward_future", output.span())
}

/// The braces of a body that was made from others: spans of the user's own.
pub(crate) fn braces(like: &Group, content: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, content);
    group.set_span(like.span());
    group
}
