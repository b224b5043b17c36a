//! The body of a function: finds the user's code in it, and adds code around it.

use std::cell::OnceCell;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::{Block, Expr, Stmt};

use super::output::{Output, type_hint};
use super::{foreign, retype};
use crate::syntax::names::Names;
use crate::syntax::tokens::{self, braces};

/// A function's body as tokens, because it may be half typed.
#[derive(Clone)]
pub(crate) struct Body {
    block: Group,
    form: Form,
    /// The type of the user's block, if it differs from the written type.
    made: Option<TokenStream>,
    /// The user's block, parsed when it is first needed.
    parsed: OnceCell<Option<Block>>,
}

#[derive(Clone)]
enum Form {
    /// The user's own braces.
    Plain,
    /// `{ Box::pin(async move { … }) }`, from `#[async_trait]`, which expands first; the group is
    /// the inner braces.
    Boxed(Group),
    /// `{ … async move { … } }` of a `fn … -> impl Future`.
    Returned(Returned),
}

/// The statements of a function that returns a future.
#[derive(Clone)]
struct Returned {
    before: TokenStream,
    /// `async move`, if the last expression is such a block.
    head: TokenStream,
    /// The braces of that block, or the whole expression.
    inner: Group,
}

impl Body {
    pub(crate) fn new(block: Group, is_async: bool) -> Self {
        let form = if is_async { None } else { foreign::boxed(&block).map(Form::Boxed) };
        Self { block, form: form.unwrap_or(Form::Plain), made: None, parsed: OnceCell::new() }
    }

    /// Parses the body of a `fn … -> impl Future`. Returns `None` if it does not end in a future.
    pub(crate) fn returned(block: &Group) -> Option<Self> {
        let mut statements = Block::parse_within.parse2(block.stream()).ok()?;
        let Stmt::Expr(last, None) = statements.pop()? else { return None };
        let before = quote!(#(#statements)*);
        let returned = match &last {
            Expr::Async(future) => {
                let syn::ExprAsync { attrs, async_token, capture, block, .. } = future;
                let TokenTree::Group(inner) = block.to_token_stream().into_iter().next()? else { return None };
                Returned { before, head: quote!(#(#attrs)* #async_token #capture), inner }
            }
            other => Returned { before, head: TokenStream::new(), inner: braces(block, other.to_token_stream()) },
        };
        Some(Self { block: block.clone(), form: Form::Returned(returned), made: None, parsed: OnceCell::new() })
    }

    pub(crate) fn is_boxed(&self) -> bool {
        matches!(self.form, Form::Boxed(_))
    }

    /// Returns whether the function is a `fn … -> impl Future`.
    pub(crate) fn is_returned(&self) -> bool {
        matches!(self.form, Form::Returned(_))
    }

    /// The body's braces.
    pub(crate) fn block(&self) -> &Group {
        &self.block
    }

    /// All tokens of the body.
    pub(crate) fn stream(&self) -> TokenStream {
        self.block.stream()
    }

    /// The block that the user wrote, as far as another macro has kept it whole.
    pub(crate) fn user_block(&self) -> Group {
        match &self.form {
            Form::Plain => self.block.clone(),
            Form::Boxed(inner) => foreign::split_boxed(inner).1,
            Form::Returned(returned) => returned.inner.clone(),
        }
    }

    /// The user's block as syntax, or `None` if it does not parse.
    pub(crate) fn parsed(&self) -> Option<&Block> {
        self.parsed.get_or_init(|| tokens::block(&self.user_block())).as_ref()
    }

    /// The names in the user's block.
    pub(crate) fn names(&self) -> Names {
        self.parsed().map_or_else(|| Names::of_tokens(self.user_block().stream()), Names::of_block)
    }

    /// The user's block as the body of an `async fn` that returns a `made`.
    pub(crate) fn of_user_block(&self, made: Option<TokenStream>) -> Self {
        let block = match &made {
            Some(made) => self.user_block_making(made),
            None => self.user_block(),
        };
        Self { block, form: Form::Plain, made, parsed: OnceCell::new() }
    }

    /// The user's block with the type hints of other macros changed to `made`.
    pub(crate) fn user_block_making(&self, made: &TokenStream) -> Group {
        retype::retyped(&self.user_block(), made)
    }

    /// Replaces the user's block.
    pub(crate) fn with_user_block(&self, content: TokenStream) -> Self {
        match &self.form {
            Form::Boxed(inner) => {
                let (before, block, after) = foreign::split_boxed(inner);
                let content = braces(&block, content);
                let inner = braces(inner, quote!(#(#before)* #content #(#after)*));
                let block = braces(&self.block, foreign::replace_boxed(&self.block, &inner));
                Self { block, form: Form::Boxed(inner), made: None, parsed: OnceCell::new() }
            }
            _ => Self {
                block: braces(&self.block, content),
                form: self.form.clone(),
                made: None,
                parsed: OnceCell::new(),
            },
        }
    }

    /// Adds statements in front of the body.
    pub(crate) fn prefixed(&self, statements: &TokenStream) -> Group {
        let body = self.block.stream();
        braces(&self.block, quote!(#statements #body))
    }

    /// The user's code as a future: an `async move` block with `front` and a type hint before the
    /// user's statements.
    pub(crate) fn future(&self, output: &Output, front: &TokenStream) -> TokenStream {
        match &self.form {
            Form::Plain => {
                let made = |made| type_hint(&Ident::new("__taskward_made", output.span()), made);
                let hint = self.made.as_ref().map_or_else(|| output.type_hint(), made);
                let block = in_front(&self.block, &quote!(#front #hint));
                async_block(&block)
            }
            // The other macro adds its own hint.
            Form::Boxed(inner) => {
                let block = in_front(inner, front);
                async_block(&block)
            }
            Form::Returned(Returned { before, head, inner }) if head.is_empty() => {
                let content = inner.stream();
                quote!({ #front #before #content })
            }
            Form::Returned(Returned { before, head, inner }) => {
                let block = in_front(inner, &output.type_hint());
                let future = quote!(#head #block);
                if front.is_empty() && before.is_empty() { future } else { quote!({ #front #before #future }) }
            }
        }
    }

    /// Replaces the content of the body; with `#[async_trait]`, inside of its box.
    pub(crate) fn replace_content(&self, content: TokenStream) -> Group {
        match &self.form {
            Form::Boxed(inner) => {
                let inner = braces(inner, content);
                braces(&self.block, foreign::replace_boxed(&self.block, &inner))
            }
            _ => braces(&self.block, content),
        }
    }

    /// Returns whether `#[async_trait]` has renamed `self` in the user's block.
    pub(crate) fn renames_self(&self) -> bool {
        matches!(&self.form, Form::Boxed(inner) if foreign::renames_self(inner))
    }
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.block.to_tokens(tokens);
    }
}

/// `async move` with the span of the user's block: the compiler names the variables of a block
/// only if the block has the user's span.
pub(crate) fn async_block(block: &Group) -> TokenStream {
    let span = block.span();
    quote_spanned!(span=> async move #block)
}

/// Adds generated statements in front of the user's block.
pub(crate) fn in_front(block: &Group, statements: &TokenStream) -> Group {
    let content = block.stream();
    if statements.is_empty() {
        block.clone()
    } else if is_one_expression(&content) {
        // The compiler reports braces around a single expression as unnecessary.
        braces(block, quote!(#statements #content))
    } else {
        // The user's braces are kept, so that the compiler reports each error once, as for the
        // plain function.
        braces(block, quote!(#statements #block))
    }
}

/// Returns whether the content is one expression: no statement, no inner attribute, and no
/// half-typed code such as `name.`.
fn is_one_expression(content: &TokenStream) -> bool {
    let is = |token: &TokenTree, sign: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
    let tokens: Vec<_> = content.clone().into_iter().collect();
    let is_whole = |last: &TokenTree| is(last, '?') || !matches!(last, TokenTree::Punct(_));
    tokens.first().is_some_and(|first| !is(first, '#'))
        && tokens.last().is_some_and(is_whole)
        && !tokens.iter().any(|token| is(token, ';'))
}
