//! `#[lazy(self.field)]` and `#[lazy]`: the body makes a value that callers share until it is
//! invalidated.
//!
//! ```text
//! async fn f(&self, ctx: &Context) -> Result<Arc<T>, E> { BODY }
//!
//! async fn f(&self, ctx: &Context) -> Result<Arc<T>, E> {
//!     match look(&self.field) {
//!         Ok(ready) => ready,
//!         Err(lazy) => lazy(lazy, async move { BODY }, const { &Place::of_function("f") }).await,
//!     }
//! }
//! ```
//!
//! With `on_error = share` the methods end in `_shared`. The body's output, here `Result<T, E>`,
//! is an associated type of the written result: see `LazyOutput`. `look` and `lazy` exist in two
//! variants, so that a wrong result type is reported once: see `LazyProbe`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::parse::Parse as _;
use syn::spanned::Spanned;

use crate::args::word::choose;
use crate::args::{Args, Key, Keys, expression};
use crate::attributes::observe;
use crate::diagnostics::{Error, Errors};
use crate::emit::memo::Scope;
use crate::item::Function;
use crate::krate::Krate;

mod cell;
mod check;

use self::cell::Cell;

pub(crate) struct Lazy {
    cell: Cell,
    /// `true` if callers that wait for a failed attempt share its error.
    shares: bool,
}

impl Keys for Lazy {
    const NAME: &'static str = "lazy";
    const KEYS: &'static [Key] =
        &[Key::positional("self.field"), Self::ON_ERROR, observe::SPAN, observe::FIELDS, observe::METRICS];
}

impl Lazy {
    const ON_ERROR: Key = Key::value("on_error", "on_error = share");

    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let mut cells = args.positional().into_iter();
        let cell = match cells.next().map(|cell| expression(cell, errors)) {
            // The cell may be in another argument, which was reported.
            None if args.has_errors() => Cell::Unknown,
            None => Cell::Own,
            Some(None) => Cell::Unknown,
            Some(Some(Expr::Lit(literal))) => {
                let error = Error::new(literal, "a literal cannot hold the value");
                errors.push(error.help("write a field of type `Lazy<T>`: `#[lazy(self.field)]`"));
                Cell::Unknown
            }
            Some(Some(cell)) => Cell::Given(Box::new(cell)),
        };
        if let Some(second) = cells.next() {
            errors.push(Error::new(second, "a second field for the value").help("remove one of them"));
        }
        Self { cell, shares: shares(args, errors) }
    }

    pub(crate) fn check(&self, function: &Function, errors: &mut Errors) {
        check::check(&self.cell, function, errors);
    }

    pub(crate) fn expand(&self, mut function: Function, krate: &Krate) -> Function {
        let about_params = check::about_params(&self.cell, &function, krate);
        if let Cell::Own = self.cell {
            // The initializer receives the parameter.
            function.name_first_param();
        }
        match &self.cell {
            Cell::Given(cell) => {
                let place = function.with_block_self(cell);
                // A message about the cell's type points at the whole cell.
                let cell = quote_spanned!(cell.span()=> &#place);
                expand(&function, Scope::Function, self.shares, krate, |_| (about_params, quote!(#cell)))
            }
            Cell::Own | Cell::Unknown => expand(&function, Scope::Static, self.shares, krate, |output| {
                let name = Ident::new("__TASKWARD_LAZY", Span::mixed_site());
                let span = function.output().span();
                let private = krate.private_at(span);
                let ty = quote_spanned!(span=> #private::Lazy<<#output as #private::LazyOutput>::Value>);
                let value = quote!(#[allow(clippy::type_complexity)] static #name: #ty = #private::Lazy::new(););
                (quote!(#about_params #value), quote!(&#name))
            }),
        }
    }

    /// The type of the user's block.
    pub(crate) fn made(function: &Function, krate: &Krate) -> TokenStream {
        let output = function.output();
        let (span, private) = (output.span(), krate.private_at(output.span()));
        quote_spanned!(span=> <#output as #private::LazyOutput>::Made)
    }

    /// Uses a static of its own, so that the body, whose type is not the written one, causes no
    /// error.
    pub(crate) fn fall_back(function: &Function, krate: &Krate) -> TokenStream {
        if check::has_odd_output(function) {
            return function.to_tokens();
        }
        if function.body.is_some() && !check::is_makeable(function) {
            let head = function.head();
            return quote!(#head { ::core::unreachable!() });
        }
        let private = krate.private();
        expand(function, Scope::Function, false, krate, |_| (TokenStream::new(), quote!(&#private::Lazy::new())))
            .to_tokens()
    }
}

/// Parses `on_error`.
fn shares(args: &mut Args, errors: &mut Errors) -> bool {
    let word = args.value(Lazy::ON_ERROR, errors, Expr::parse);
    let problem = |written: &str| format!("`on_error` cannot be `{written}`");
    let help = "write `retry`, the default, to let the next waiter initialize, or `share` to return the error to every waiting caller";
    word.and_then(|word| choose(&word, &[("retry", false), ("share", true)], problem, help, errors)).unwrap_or(false)
}

/// Wraps the body. `cell` receives the written result and returns an item or statement, and a
/// reference to the `Lazy`.
fn expand(
    function: &Function,
    scope: Scope,
    shares: bool,
    krate: &Krate,
    cell: impl FnOnce(&TokenStream) -> (TokenStream, TokenStream),
) -> Function {
    let output = function.output();
    let (span, name, is_async) = (output.span(), function.name(), function.is_async());
    let output = quote!(#output);
    let private = krate.private_at(span);
    let made = Lazy::made(function, krate);
    let (statement, cell) = cell(&output);
    function.hoisted(scope, &made, |work| {
        let (item, run) = (work.item, work.run);
        // The call has the span of the function's name.
        let here = function.sig.ident.span();
        let at_name = krate.private_at(here);
        let place = quote_spanned!(here=> const { &#at_name::Place::of_function(#name) });
        let probe = quote_spanned!(span=> (&&#private::LazyProbe::<#output>::NEW));
        let [ready, lazy] = ["ready", "lazy"].map(|name| Ident::new(name, Span::mixed_site()));
        let method = match (is_async, shares) {
            (true, false) => "lazy",
            (true, true) => "lazy_shared",
            (false, false) => "lazy_blocking",
            (false, true) => "lazy_blocking_shared",
        };
        let method = Ident::new(method, span);
        let dot_await = is_async.then(|| quote!(.await));
        let init = quote_spanned!(span=> #probe.#method(#lazy, #run, #place) #dot_await);
        let look = quote_spanned!(span=> #probe.look(#cell));
        quote! {
            #statement
            #item
            use #private::{ViaLazy as _, ViaNoLazy as _};
            match #look {
                ::core::result::Result::Ok(#ready) => #ready,
                ::core::result::Result::Err(#lazy) => #init,
            }
        }
    })
}
