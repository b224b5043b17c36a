//! `#[single_flight(key = id)]`: concurrent calls with an equal key share one run of the body.
//!
//! ```text
//! async fn f(ctx: &Context, name: &str, n: u64) -> R { BODY }
//!
//! async fn f(ctx: &Context, name: &str, n: u64) -> R {
//!     let handle = handle(&ctx);
//!     let key = keyed((KeyAt(&name).owned(), KeyAt(&n).owned()));
//!     static FLIGHTS: Flights = Flights::new();
//!     let clone = cloner(ResultOf::<R>.shape());
//!     let run = |flight: &Context| {
//!         let flight = flight.clone();             // if there is a context parameter
//!         let owned = own_param(name);             // the first caller's, for a run that may outlive its call
//!         async move { let ctx = &flight; let name: &str = &owned; let n = n; BODY }
//!     };
//!     flight_with(handle, FlightProbe::of(&key, &clone).single_flight(&FLIGHTS, key, clone, run, place)).await
//! }
//! ```
//!
//! Without a context parameter there is no race. The closure is called only by the caller that
//! starts a run.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::parse::Parse;
use syn::spanned::Spanned;

use crate::args::{Args, Key, Keys, expression};
use crate::attributes::observe;
use crate::diagnostics::{Error, Errors};
use crate::emit::call::Form;
use crate::emit::{Call, Params, Passing};
use crate::item::Function;
use crate::item::body::{async_block, in_front};
use crate::krate::Krate;
use crate::syntax::rename_self;
use crate::syntax::tokens::{braces, hidden};

mod check;
mod key;
mod run;
mod sharing;

use self::sharing::Sharing;

pub(crate) struct SingleFlight {
    sharing: Sharing,
}

impl Keys for SingleFlight {
    const NAME: &'static str = "single_flight";
    const KEYS: &'static [Key] =
        &[Self::KEY, Key::positional("self.flights"), Self::SHARED, observe::SPAN, observe::FIELDS, observe::METRICS];
}

impl SingleFlight {
    const KEY: Key = Key::value("key", "key = id");
    const SHARED: Key = Key::list("shared", "shared(client)");

    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let (has_key, before) = (args.key_span(Self::KEY).is_some(), errors.len());
        let key = args.value(Self::KEY, errors, Expr::parse);
        let shared = args.list(Self::SHARED, errors);
        let shared = shared.into_iter().filter_map(|name| check::param_name(name, errors)).collect();
        let mut tables = args.positional().into_iter();
        let table = tables.next().and_then(|table| expression(table, errors)).and_then(|table| {
            let is_table = has_key || matches!(table, Expr::Field(_));
            if is_table && !matches!(table, Expr::Lit(_)) {
                return Some(table);
            }
            let written = table.to_token_stream();
            let error = Error::new(&table, "this is the position of the table of runs");
            errors.push(error.help(format!("for the key, write `key = {written}`")));
            None
        });
        if let Some(second) = tables.next() {
            errors.push(Error::new(second, "a second table").help("remove one of them"));
        }
        if !has_key && !args.has_errors() && errors.len() == before {
            let error = Error::new(args.span(), "`#[single_flight]` needs a key");
            errors.push(error.help("write `key = id`, `key = (tenant, id)`, or any expression over the parameters"));
        }
        Self { sharing: Sharing { table, key, shared } }
    }

    pub(crate) fn check(&self, function: &Function, errors: &mut Errors) {
        check::check(&self.sharing, function, errors);
    }

    /// The expressions over the parameters.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.sharing.key.iter().chain(&self.sharing.table)
    }

    /// Wraps the user's block in a flight.
    pub(crate) fn call(&self, function: &Function, params: &Params, krate: &Krate) -> Option<Call> {
        let (key, body) = (self.sharing.key.as_ref()?, function.body.as_ref()?);
        let private = krate.private();
        let (output, span) = (function.output(), function.output().span());
        let names = body.names();
        let run = run::of(function, params, &names, krate);
        let evaluate = |expr: &Expr, around: &dyn Fn(TokenStream) -> TokenStream| match params.passing() {
            Passing::Rebound => params.evaluate(expr, around),
            _ => around(function.with_block_self(expr)),
        };
        let key_span = key.span();
        let owned_key = key::tokens(key, krate, &evaluate);
        let here = function.sig.ident.span();
        let (name, at_name) = (function.name(), krate.private_at(here));
        let place = quote_spanned!(here=> const { &#at_name::Place::of_function(#name) });
        // The variables have the spans of messages about their types.
        let [clone, flight, table_name] = ["clone", "flight", "table"].map(hidden);
        let [call, run_name] =
            [("__taskward_call", span), ("__taskward_run", here)].map(|(name, at)| Ident::new(name, at));
        let key_name = Ident::new("__taskward_key", key_span);
        let at_key = krate.private_at(key_span);
        let keyed = quote_spanned!(key_span=> #at_key::keyed(#key_name));
        let table = if let Some(table) = &self.sharing.table {
            let at = krate.private_at(table.span());
            let lookup = |place| quote_spanned!(table.span()=> #at::flights_of::<_, #output>(&#place));
            let table = evaluate(table, &lookup);
            let same_key = quote_spanned!(key_span=> #at_key::key_for(#table_name, #key_name));
            quote!(let #table_name = #table; let #key_name = #same_key;)
        } else {
            let flights = Ident::new("__TASKWARD_FLIGHTS", Span::mixed_site());
            quote!(static #flights: #private::Flights = #private::Flights::new(); let #table_name = &#flights;)
        };
        let shape = Ident::new("__taskward_shape", span);
        let at_output = krate.private_at(span);
        let cloner = quote_spanned!(span=> #at_output::cloner(#shape));
        let front = run.front(&flight);
        let hint = output.type_hint();
        let (user_block, renamed);
        let block = if let Some(this) = &run.renamed_self {
            renamed = rename_self::in_block(body.user_block().stream(), this);
            user_block = braces(&body.user_block(), renamed);
            in_front(&user_block, &quote!(#front #hint))
        } else {
            in_front(&body.user_block(), &quote!(#front #hint))
        };
        let future = async_block(&block);
        // The run owns its context only if the body uses it.
        let (run_ctx, keep) = if run.has_context {
            (quote!(#flight: &#private::Context), quote!(let #flight = ::core::clone::Clone::clone(#flight);))
        } else {
            (quote!(_: &#private::Context), TokenStream::new())
        };
        let (before, own, wait) = (&run.before, &run.own, run.wait(&call));
        // In a block, so that the caller's future has room for the call only.
        let statements = quote! {
            #[allow(unused_imports)]
            use #private::{ViaFlightBorrow as _, ViaFlightValue as _, ViaKeyItself as _, ViaNoFlight as _, ViaOwnedKey as _, ViaValue as _};
            #before
            let #call = {
                let #key_name = #owned_key;
                let #key_name = #keyed;
                #table
                let #shape = #private::ResultOf::<#output>::NEW.shape();
                let #clone = #cloner;
                let #run_name = |#run_ctx| { #keep #own #future };
                #private::FlightProbe::of(&#key_name, &#clone)
                    .single_flight(#table_name, #key_name, #clone, #run_name, #place)
            };
        };
        Some(Call { statements, end: wait, form: Form::OuterFuture })
    }
}
