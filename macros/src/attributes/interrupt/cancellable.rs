//! `#[cancellable]`: races the body against the context.
//!
//! ```text
//! async fn f(ctx: &Context, n: u8) -> R { BODY }
//!
//! fn f(ctx: &Context, n: u8) -> impl Future<Output = R> {
//!     let handle = handle(&ctx);
//!     let future = async move { let ctx = ctx; let n = n; BODY };
//!     cancellable(handle, future)
//! }
//! ```
//!
//! With `grace`, the last line is `graceful(handle, future, grace)`; a time limit does not
//! interrupt a body that has a grace.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::Parse;
use syn::spanned::Spanned;
use syn::{Expr, Pat};
use taskward_rules::is_called_context;

use super::expansion::Expansion;
use crate::args::duration::{GRACE, Limit};
use crate::args::{Args, Key, Keys};
use crate::attributes::observe;
use crate::diagnostics::{Error, Errors};
use crate::emit::Call;
use crate::emit::call::Form;
use crate::item::Function;
use crate::item::context_param::Kind;
use crate::rules::{Allowed, context_first};
use crate::syntax::scope::bound_by;
use crate::syntax::tokens::hidden;

pub(crate) struct Cancellable {
    source: Source,
    /// The time for which the body may run on after its context has ended.
    grace: Option<Limit>,
}

/// The origin of the context.
enum Source {
    Parameter,
    /// `ambient`: `Context::current()`.
    Ambient,
    /// `ctx = EXPR`
    Given(Box<Expr>),
}

impl Keys for Cancellable {
    const NAME: &'static str = "cancellable";
    const KEYS: &'static [Key] =
        &[Self::AMBIENT, Self::CTX, Self::GRACE, observe::SPAN, observe::FIELDS, observe::METRICS];
}

impl Cancellable {
    const AMBIENT: Key = Key::flag("ambient");
    const CTX: Key = Key::value("ctx", "ctx = self.ctx");
    const GRACE: Key = Key::value("grace", "grace = \"2s\"");

    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let ambient = args.flag(Self::AMBIENT);
        let given = args.value(Self::CTX, errors, Expr::parse);
        if let (Some(ambient), Some(_)) = (&ambient, &given) {
            errors.push(Error::new(ambient, "`ambient` and `ctx = …` exclude each other").help("remove one of them"));
        }
        let grace = args.duration(Self::GRACE, &GRACE, errors);
        args.refuse_positional("`ambient`, `ctx = …`, `grace = …`, `span`, `metrics`, `allow(…)`", errors);
        let source = match (ambient, given) {
            (_, Some(given)) => Source::Given(Box::new(given)),
            (Some(_), None) => Source::Ambient,
            (None, None) => Source::Parameter,
        };
        Self { source, grace }
    }

    pub(crate) fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors) {
        if function.body.is_some() && !function.is_async() {
            errors.push(function.not_async(Self::NAME));
        }
        if self.takes_param() {
            context_first::check(function, allowed, errors);
            check_pattern(function, errors);
        }
    }

    pub(super) fn exprs(&self) -> Vec<&Expr> {
        let given = match &self.source {
            Source::Given(expr) => Some(&**expr),
            _ => None,
        };
        given.into_iter().chain(self.grace.as_ref().and_then(Limit::expr)).collect()
    }

    pub(crate) fn takes_param(&self) -> bool {
        matches!(self.source, Source::Parameter)
    }

    /// Returns whether the attribute only ends the call with its context parameter.
    pub(super) fn is_plain(&self) -> bool {
        self.takes_param() && self.grace.is_none()
    }

    pub(crate) fn has_grace(&self) -> bool {
        self.grace.is_some()
    }

    pub(super) fn around(&self, call: Call, function: &Function, expansion: &Expansion<'_>) -> Call {
        let Expansion { krate, params, ctx, .. } = expansion;
        let private = krate.private();
        let (output, span) = (function.output(), function.output().span());
        let [handle, limit] = ["handle", "grace"].map(hidden);
        let (context, is_called) = match (&self.source, ctx) {
            (Source::Ambient, _) => (quote!(#private::Context::current()), false),
            (Source::Given(expr), _) => {
                let context = if self.grace.is_some() { quote!(context_and_limit) } else { quote!(context) };
                (params.evaluate(expr, |expr| quote!(#private::#context(&#expr))), false)
            }
            (Source::Parameter, Some(ctx)) => {
                let (name, at) = (&ctx.name, ctx.span);
                if ctx.kind == Kind::Called {
                    (quote_spanned!(at=> #private::handle(&#name)), true)
                } else {
                    // The type may be an alias. It goes through an opaque type, so that a type
                    // that is not a context is reported only once.
                    (quote_spanned!(at=> #private::context(&#name)), false)
                }
            }
            (Source::Parameter, None) => return call,
        };
        let form = if self.takes_param() { Form::Future } else { Form::OuterFuture };
        let race = |name: &str| Ident::new(name, span);
        let handle_statement = quote!(let #handle = #context;);
        let Some(grace) = &self.grace else {
            let race = race(if is_called { "cancellable" } else { "cancellable_by" });
            return call.around(
                &output,
                &handle_statement,
                &TokenStream::new(),
                form,
                |future| quote_spanned!(span=> #private::#race(#handle, #future)),
            );
        };
        let grace = grace.evaluate(params);
        let duration = quote_spanned!(grace.span()=> ::core::time::Duration);
        let statements = quote!(let #limit: #duration = #grace; #handle_statement);
        let race = race(if is_called { "graceful" } else { "graceful_by" });
        call.around(
            &output,
            &statements,
            &TokenStream::new(),
            form,
            |future| quote_spanned!(span=> #private::#race(#handle, #future, #limit)),
        )
    }
}

/// Reports a context inside of another type, which is not the context parameter.
fn check_pattern(function: &Function, errors: &mut Errors) {
    let Some(first) = function.params().next().filter(|first| !is_called_context(&first.ty)) else { return };
    if matches!(&*first.pat, Pat::Ident(_) | Pat::Wild(_)) {
        return;
    }
    let names = bound_by(&first.pat);
    let name = names
        .iter()
        .find(|name| **name == "ctx")
        .or(names.first())
        .map_or_else(|| "ctx".to_owned(), ToString::to_string);
    let error = Error::new(&first.pat, "the context is a part of this parameter");
    errors.push(error.help(format!("write `#[cancellable(ctx = {name})]`")));
}
