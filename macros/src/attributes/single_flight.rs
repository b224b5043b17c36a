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
//!         let name = own_param(name);              // the first caller's, for a run that may outlive its call
//!         async move { let ctx = &flight; let name: &str = &name; BODY }
//!     };
//!     flight_with(handle, Flown::of(&key, &clone).single_flight(&FLIGHTS, key, clone, run, place)).await
//! }
//! ```
//!
//! Without a context parameter, nothing is raced. Only a caller that starts a run calls the closure.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::parse::Parse;
use syn::spanned::Spanned;

use crate::args::{Args, Form, Key, Keys, expression, nowhere};
use crate::diagnostics::{Error, Errors};
use crate::function::Function;
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rewrite::Scope;
use crate::rules::Allowed;

mod check;
mod key;
mod params;

use self::params::Params;

pub(crate) struct SingleFlight {
    /// The `SingleFlight<K, T>` of an object. `None`: a static of the function's own.
    table: Option<Expr>,
    /// `None` if there is none, or none that could be read.
    key: Option<Expr>,
    /// The parameters that all calls with an equal key may have different ones of: the run gets the first caller's.
    shared: Vec<Ident>,
}

impl Keys for SingleFlight {
    const NAME: &'static str = "single_flight";
    const KEYS: &'static [Key] = &[
        Key { name: "key", form: Form::Value, usage: "key = id" },
        Key { name: "", form: Form::Positional, usage: "self.flights" },
        Key { name: "shared", form: Form::List, usage: "shared(client)" },
    ];
}

impl Attribute for SingleFlight {
    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let has_key = args.place("key").is_some();
        let key = args.value("key", errors, Expr::parse);
        let shared = args.list("shared", errors);
        let shared = shared.into_iter().filter_map(|name| check::param_name(name, errors)).collect();
        let mut tables = args.positional().into_iter();
        let table = tables.next().and_then(|table| expression(table, errors)).and_then(|table| {
            let is_table = has_key || matches!(table, Expr::Field(_));
            if is_table && !matches!(table, Expr::Lit(_)) {
                return Some(table);
            }
            let written = table.to_token_stream();
            let error = Error::new(&table, "this stands where the table of the runs is named");
            errors.push(error.help(format!("for the key, write `key = {written}`")));
            None
        });
        if let Some(second) = tables.next() {
            errors.push(Error::new(second, "a second table").help("a run is in one table: remove the other"));
        }
        if !has_key && errors.allow_expansion() {
            let error = Error::new(nowhere(), "`#[single_flight]` needs a key: calls with an equal one share a run");
            errors.push(error.help("write `key = id`, `key = (tenant, id)`, or any expression over the parameters"));
        }
        Self { table, key, shared }
    }

    fn check(&self, function: &Function, _allowed: &Allowed, errors: &mut Errors) {
        check::check(self, function, errors);
    }

    fn expand(&self, mut function: Function, krate: &Krate) -> TokenStream {
        let (Some(key), true) = (&self.key, function.body.is_some()) else { return function.to_tokens() };
        let private = krate.private();
        let (output, span) = (function.output(), function.output().span());
        let params = Params::of(&mut function, krate);
        let in_words = |tokens: TokenStream| match &function.body {
            Some(body) => body.in_words_of_body(&tokens),
            None => tokens,
        };
        let key_span = key.span();
        let key = key::tokens(key, krate, &in_words);
        let here = function.sig.ident.span();
        let (name, at_name) = (function.name(), krate.private_at(here));
        let place = quote_spanned!(here=> const { &#at_name::Place::of_function(#name) });
        // Where what is wrong with one of them is pointed at.
        let [clone, flight, table_name] = ["clone", "flight", "table"].map(|name| Ident::new(name, Span::mixed_site()));
        let [call, run] = [("__taskward_call", span), ("__taskward_run", here)].map(|(name, at)| Ident::new(name, at));
        let key_name = Ident::new("__taskward_key", key_span);
        let at_key = krate.private_at(key_span);
        let keyed = quote_spanned!(key_span=> #at_key::keyed(#key_name));
        let table = if let Some(table) = &self.table {
            let words = in_words(table.to_token_stream());
            let at = krate.private_at(table.span());
            let table = quote_spanned!(table.span()=> #at::flights_of::<_, #output>(&#words));
            let same_key = quote_spanned!(key_span=> #at_key::key_for(#table_name, #key_name));
            quote!(let #table_name = #table; let #key_name = #same_key;)
        } else {
            let flights = Ident::new("FLIGHTS", Span::mixed_site());
            quote!(static #flights: #private::Flights = #private::Flights::new(); let #table_name = &#flights;)
        };
        let shape = Ident::new("__taskward_shape", span);
        let at_output = krate.private_at(span);
        let cloner = quote_spanned!(span=> #at_output::cloner(#shape));
        let Params { before, own, lend, fly, has_context } = params;
        if let Some(body) = &mut function.body {
            body.prepend(lend(&flight));
        }
        // The run has its context with it only if it wants it.
        let (run_ctx, keep) = if has_context {
            (quote!(#flight: &#private::Context), quote!(let #flight = ::core::clone::Clone::clone(#flight);))
        } else {
            (quote!(_: &#private::Context), TokenStream::new())
        };
        function.guarded(Scope::Function, &quote!(#output), |work| {
            let work = work.run;
            let fly = fly(&call);
            quote! {
                #[allow(unused_imports)]
                use #private::{
                    ViaBorrowedKey as _, ViaFlight as _, ViaFlightBorrow as _, ViaFlightContext as _, ViaFlightValue as _,
                    ViaKeyItself as _, ViaNoFlight as _, ViaOwnedKey as _, ViaResult as _, ViaValue as _,
                };
                #before
                let #key_name = #key;
                let #key_name = #keyed;
                #table
                let #shape = (&&#private::ResultOf::<#output>::NEW).shape();
                let #clone = #cloner;
                let #run = |#run_ctx| { #keep #own #work };
                let #call = (&&#private::Flown::of(&#key_name, &#clone))
                    .single_flight(#table_name, #key_name, #clone, #run, #place);
                #fly.await
            }
        })
    }
}
