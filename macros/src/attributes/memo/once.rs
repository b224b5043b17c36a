//! `#[once]`: the body makes a value, or an error, and all callers share it.
//!
//! ```text
//! async fn f() -> Result<&'static T, E> { BODY }
//!
//! fn f() -> impl Future<Output = Result<&'static T, E>> {
//!     static ONCE: Once<T, E> = Once::new();
//!     async fn work() -> Result<T, E> { BODY }
//!     once_call(move || &ONCE, move || (place, ctx, work()), move |result| once_lend(&ONCE, result, once_copy(&ONCE)))
//! }
//! ```
//!
//! On a plain `fn`, and if other attributes are still to expand:
//!
//! ```text
//!     once_lend(&ONCE, match once_ready(&ONCE) {
//!         Some(kept) => Ok(kept),
//!         None => once(&ONCE, place, ctx, work()).await,
//!     }, once_copy(&ONCE))
//! ```
//!
//! With `#[once(self.field)]`, the value is kept in the field, and the body stays a block of the
//! function.

mod check;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, FnArg, ReceiverKind, Type};

use self::check::Shape;
use crate::args::{Args, Key, Keys, expression};
use crate::attributes::observe;
use crate::diagnostics::{Error, Errors};
use crate::emit::memo::{HoistedBlock, Scope};
use crate::item::Function;
use crate::krate::Krate;
use crate::syntax::types::ungroup;

pub(crate) struct Once {
    /// The cell of the value; `None` for a static that belongs to the function.
    cell: Option<Expr>,
}

impl Keys for Once {
    const NAME: &'static str = "once";
    const KEYS: &'static [Key] = &[Key::positional("self.field"), observe::SPAN, observe::FIELDS, observe::METRICS];
}

impl Once {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let mut cells = args.positional().into_iter();
        let cell = cells.next().and_then(|cell| expression(cell, errors));
        if let Some(second) = cells.next() {
            errors.push(Error::new(second, "a second field for the value").help("write `#[once(self.field)]`"));
        }
        Self { cell }
    }

    pub(crate) fn check(&self, function: &Function, errors: &mut Errors) {
        check::check(function, self.cell.as_ref(), errors);
    }

    /// Wraps the user's block in the cell. `is_alone`: no other attribute needs the body.
    pub(crate) fn expand(&self, mut function: Function, krate: &Krate, is_alone: bool) -> Function {
        let ctx = function.name_first_param().map_or_else(
            || quote!(::core::option::Option::None),
            |(ctx, span)| {
                let at_ctx = krate.private_at(span);
                let context = quote_spanned!(span=> #at_ctx::context(&#ctx));
                quote!(::core::option::Option::Some(#context))
            },
        );
        let output = function.output();
        let span = output.span();
        let ty = output.ty();
        let at = krate.private_at(span);
        let (name, here) = (function.name(), function.sig.ident.span());
        let at_name = krate.private_at(here);
        let place = quote_spanned!(here=> #at_name::Place::of_function(#name));
        let kept = Ident::new("kept", Span::mixed_site());
        let (scope, lifetime) = match &self.cell {
            Some(_) => (Scope::Function, quote!('_)),
            None => (Scope::Static, quote!('static)),
        };
        let cell_type = quote_spanned!(span=> <#ty as #at::OnceOutput<#lifetime>>::Cell);
        let (place_of_cell, cell) = if let Some(cell) = &self.cell {
            let name = Ident::new("cell", Span::mixed_site().located_at(span));
            let cell = function.with_block_self(cell);
            let borrowed = quote_spanned!(cell.span()=> &#cell);
            (quote!(let #name: &#cell_type = #borrowed;), quote!(#name))
        } else {
            let name = Ident::new("__TASKWARD_ONCE", span);
            (
                quote_spanned!(span=> #[allow(clippy::type_complexity)] static #name: #cell_type = #at::Once::new();),
                quote_spanned!(span=> &#name),
            )
        };
        let copy = quote_spanned!(span=> #at::once_copy(#cell));
        let made = self.made(&function, krate);
        // For an alias that may not be a reference, the error on an `async fn` is clearer.
        let is_reference = matches!(check::shape(&output), Shape::Reference);
        if is_alone && is_reference && function.may_return_future() && has_only_references(&function) {
            let mut function = function.hoisted(scope, &made, |HoistedBlock { item: work, run }| {
                let result = Ident::new("result", Span::mixed_site());
                let start = quote_spanned!(span=> move || (const { #place }, #ctx, #run));
                let lend = quote_spanned!(span=> move |#result| #at::once_lend(#cell, #result, #copy));
                let future = quote_spanned!(span=> #at::once_call(move || #cell, #start, #lend));
                quote!(#place_of_cell #work #future)
            });
            function.return_future();
            return function;
        }
        let is_async = function.is_async();
        function.hoisted(scope, &made, |HoistedBlock { item: work, run }| {
            let initialise = if is_async {
                quote_spanned!(span=> #at::once(#cell, const { #place }, #ctx, #run).await)
            } else {
                quote_spanned!(span=> #at::once_blocking(#cell, const { #place }, #ctx.as_ref(), #run))
            };
            let ready = quote_spanned!(span=> #at::once_ready(#cell));
            // The span is not the user's type: there Clippy would report the `match` itself.
            let kept_or_made = quote! {
                match #ready {
                    ::core::option::Option::Some(#kept) => ::core::result::Result::Ok(#kept),
                    ::core::option::Option::None => #initialise,
                }
            };
            let lend = quote_spanned!(span=> #at::once_lend(#cell, #kept_or_made, #copy));
            quote!(#place_of_cell #work #lend)
        })
    }

    /// The type of the user's block.
    pub(crate) fn made(&self, function: &Function, krate: &Krate) -> TokenStream {
        made(function, krate, if self.cell.is_some() { Scope::Function } else { Scope::Static })
    }

    /// The function to emit beside errors: its body is type-checked, if the type can be read, and
    /// never runs.
    pub(crate) fn fall_back(&self, function: &Function, krate: &Krate) -> TokenStream {
        let completed = check::add_lifetime(function, self.cell.as_ref());
        let function = completed.as_ref().unwrap_or(function);
        match check::shape(&function.output()) {
            Shape::Reference if function.sig.constness.is_none() && check::is_makeable(&function.output()) => {
                let made = made(function, krate, Scope::Function);
                let function = function.hoisted(Scope::Function, &made, |HoistedBlock { run, .. }| {
                    let work = Ident::new("work", Span::mixed_site());
                    quote!({ let #work = #run; ::core::mem::drop(#work); ::core::unreachable!() })
                });
                function.to_tokens()
            }
            Shape::Owned => function.to_tokens(),
            _ if function.body.is_none() => function.to_tokens(),
            _ => {
                let head = function.head();
                quote!(#head { ::core::unreachable!() })
            }
        }
    }
}

/// Returns whether all parameters are shared references: then a call that has not begun can be
/// copied.
fn has_only_references(function: &Function) -> bool {
    function.sig.inputs.iter().all(|input| match input {
        FnArg::Receiver(receiver) => {
            matches!(receiver.kind, ReceiverKind::Reference(_, _, None))
        }
        FnArg::Typed(param) => {
            matches!(ungroup(&param.ty), Type::Reference(reference) if reference.mutability.is_none())
        }
    })
}

/// The type of the body's output.
fn made(function: &Function, krate: &Krate, scope: Scope) -> TokenStream {
    let output = function.output();
    let (ty, span) = (output.ty(), output.span());
    let at = krate.private_at(span);
    let lent_for = match scope {
        Scope::Static => quote!('static),
        Scope::Function => quote!('_),
    };
    quote_spanned!(span=> <#ty as #at::OnceOutput<#lent_for>>::Made)
}
