//! A call under construction, from the inside out: the body's future, and its wrappers.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use crate::item::{Function, Output};

/// The body's future with the wrappers that attributes have added so far.
pub(crate) struct Call {
    /// Statements in front of the future.
    pub(crate) statements: TokenStream,
    /// An expression for the future, or for its output.
    pub(crate) end: TokenStream,
    pub(crate) form: Form,
}

/// The kind of the statements and the final expression.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Form {
    /// The expression is the future.
    Future,
    /// The expression is the future, but the statements run in its first poll, or it borrows from
    /// them: both go into an outer future.
    OuterFuture,
    /// The content of an `async` block.
    Content,
}

impl Call {
    /// The future of the body alone.
    pub(crate) fn of_body(function: &Function, front: &TokenStream) -> Self {
        let body = function.body.as_ref().map(|body| body.future(&function.output(), front));
        Self { statements: TokenStream::new(), end: body.unwrap_or_default(), form: Form::Future }
    }

    /// Returns one expression for the future.
    pub(crate) fn into_expression(self) -> TokenStream {
        let Self { statements, end, form } = self;
        match form {
            Form::Future if statements.is_empty() => end,
            Form::Future => quote!({ #statements #end }),
            Form::OuterFuture => quote!(async move { #statements #end.await }),
            Form::Content => quote!(async move { #statements #end }),
        }
    }

    /// Wraps the future: `around` receives its name. `locals` is visible to the future only.
    pub(crate) fn around(
        self,
        output: &Output,
        statements: &TokenStream,
        locals: &TokenStream,
        form: Form,
        around: impl FnOnce(TokenStream) -> TokenStream,
    ) -> Self {
        let name = future_name(output);
        let inner = self.into_expression();
        let inner = if locals.is_empty() { inner } else { quote!({ #locals #inner }) };
        let end = around(quote!(#name));
        Self { statements: quote!(#statements let #name = #inner;), end, form }
    }

    /// Returns the content of an `async` block.
    pub(crate) fn into_content(self) -> TokenStream {
        let Self { statements, end, form } = self;
        match form {
            Form::Content => quote!(#statements #end),
            Form::Future | Form::OuterFuture => quote!(#statements #end.await),
        }
    }

    /// Returns the function that makes the call.
    pub(crate) fn into_function(self, mut function: Function) -> TokenStream {
        let Some(body) = function.body.clone() else { return function.to_tokens() };
        let output = function.output();
        if body.is_returned() {
            let future = self.into_expression();
            return function.with_block(&body.replace_content(future));
        }
        let Self { statements, end, form } = self;
        if form == Form::Content {
            return function.with_block(&body.replace_content(quote!(#statements #end)));
        }
        if form == Form::OuterFuture || !function.may_return_future() {
            let awaited = quote_spanned!(output.span()=> #end.await);
            return function.with_block(&body.replace_content(quote!(#statements #awaited)));
        }
        function.return_future();
        function.with_block(&body.replace_content(quote!(#statements #end)))
    }
}

/// The variable that holds a future, spanned at the written type, so that messages about the type
/// point there. A span of the expansion would add "in this attribute macro expansion" to them.
pub(crate) fn future_name(output: &Output) -> Ident {
    Ident::new("__taskward_future", output.span())
}
