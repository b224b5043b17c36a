//! Interrupting attributes: they wrap the body's future, in canonical order.
//!
//! Between two `#[retry]`s, and outside of them, the written order does not matter: a time limit
//! always wraps the race against a context. Attributes above `#[retry]` apply to all attempts
//! together, attributes below it to each attempt.

mod cancellable;
mod expansion;
pub(crate) mod lifetimes;
mod retry;
mod with_timeout;

pub(crate) use self::cancellable::Cancellable;
pub(crate) use self::retry::Retry;
pub(crate) use self::with_timeout::WithTimeout;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Expr;
use syn::spanned::Spanned;
use taskward_rules::is_called_context;

use self::expansion::{ContextParam, Expansion};
use super::memo::SingleFlight;
use super::observe::{self, Observe};
use crate::emit::params::Around;
use crate::emit::{Call, Params, Passing};
use crate::item::context_param::{self, Kind};
use crate::item::{Function, foreign};
use crate::krate::Krate;
use crate::syntax::names::Names;
use crate::syntax::scope::bound_by;

/// An attribute that can interrupt the call.
pub(crate) enum Interrupt {
    Cancellable(Cancellable),
    WithTimeout(WithTimeout),
    Retry(Box<Retry>),
}

/// Wraps the body, or the flights of `flight`, in the attributes; the first is the outermost. The
/// observation wraps all of them.
pub(crate) fn expand(
    attributes: &[Interrupt],
    observe: &Observe,
    flight: Option<&SingleFlight>,
    mut function: Function,
    krate: &Krate,
) -> TokenStream {
    if function.body.is_none() {
        return function.to_tokens();
    }
    let order = canonical(attributes);
    let observation = observe.expr(&function, krate);
    let found = Found::of(&order, flight, observation.as_ref(), &function);
    let is_repeated = order.iter().any(|attribute| matches!(attribute, Interrupt::Retry(_)));
    let has_outer_future = order.first().is_some_and(|outermost| outermost.is_outer_future(found.ctx))
        || !function.attrs.iter().all(foreign::is_inert)
        || function.output().is_never();
    let around = match (is_repeated || flight.is_some(), has_outer_future) {
        // A repeated body needs its parameters for each attempt, and a shared one outlives its
        // first caller.
        (true, _) => Around::Repetition,
        (false, true) => Around::Future,
        (false, false) => Around::Nothing,
    };
    let is_used = |name: &Ident| found.is_used(name);
    let passing = Params::choose_passing(&function, around, is_used, found.ctx.map(|(index, _)| index));
    let params = Params::take(&mut function, passing, is_used);
    let expansion = found.expansion(params, krate);
    let flight = flight.and_then(|flight| flight.call(&function, &expansion.params, krate));
    let call = match (flight, expansion.params.passing(), &function.body) {
        (Some(flight), Passing::Rebound, _) => flight,
        // The block replaces the user's, which another macro may have wrapped.
        (Some(Call { statements, end, .. }), _, Some(body)) => {
            function.body = Some(body.with_user_block(quote!(#statements #end.await)));
            Call::of_body(&function, &expansion.params.bind())
        }
        _ => Call::of_body(&function, &expansion.params.bind()),
    };
    let call = around_all(&order, call, &mut function, &expansion);
    let call = match &observation {
        Some(observation) => observe::around(call, observation, &function, &expansion.params, krate),
        None => call,
    };
    call.into_function(function)
}

/// Wraps only the user's block, of type `made`, for a memoizing attribute around both.
pub(crate) fn nest(attributes: &[Interrupt], function: &mut Function, made: Option<TokenStream>, krate: &Krate) {
    let Some(body) = function.body.clone() else { return };
    let order = canonical(attributes);
    let found = Found::of(&order, None, None, function);
    let mut inner = function.clone();
    inner.body = Some(body.of_user_block(made));
    let params = Params::bound(&inner, |name| found.is_used(name));
    let expansion = found.expansion(params, krate);
    let call = Call::of_body(&inner, &expansion.params.bind());
    let call = around_all(&order, call, &mut inner, &expansion);
    function.body = Some(body.with_user_block(call.into_content()));
}

fn around_all(order: &[&Interrupt], mut call: Call, function: &mut Function, expansion: &Expansion<'_>) -> Call {
    for (at, attribute) in order.iter().enumerate().rev() {
        let is_limited = at > 0 && matches!(order[at - 1], Interrupt::WithTimeout(_));
        call = match attribute {
            // A time limit on the same context already includes this race.
            Interrupt::Cancellable(it) if is_limited && it.is_plain() && expansion.ctx.is_some() => call,
            Interrupt::Cancellable(it) => it.around(call, function, expansion),
            Interrupt::WithTimeout(it) => it.around(call, function, expansion),
            Interrupt::Retry(it) => it.around(call, function, expansion),
        };
    }
    call
}

/// The parameters that the attributes use.
struct Found {
    ctx: Option<(usize, Kind)>,
    /// `true` if an attribute requires that the parameter is a context.
    is_certain: bool,
    ctx_names: Vec<Ident>,
    exprs: Vec<Names>,
}

impl Found {
    fn of(
        order: &[&Interrupt],
        flight: Option<&SingleFlight>,
        observation: Option<&Expr>,
        function: &Function,
    ) -> Self {
        let is_certain =
            order.iter().any(|attribute| matches!(attribute, Interrupt::Cancellable(it) if it.takes_param()));
        let found = if is_certain { first_param(function) } else { context_param::find(function) };
        let takes_param = order.iter().any(|attribute| attribute.takes_param());
        let ctx = found.filter(|_| takes_param || flight.is_some());
        let exprs = order.iter().flat_map(|attribute| attribute.exprs());
        let exprs = exprs.chain(flight.iter().flat_map(|flight| flight.exprs())).chain(observation);
        let exprs = exprs.map(Names::of_expr).collect();
        // A first parameter that turns out not to be a context is used by the body alone.
        let ctx_names = ctx
            .filter(|(_, kind)| is_certain || *kind != Kind::Perhaps)
            .and_then(|(index, _)| function.params().nth(index))
            .map(|param| bound_by(&param.pat).into_iter().cloned().collect())
            .unwrap_or_default();
        Self { ctx, is_certain, ctx_names, exprs }
    }

    fn is_used(&self, name: &Ident) -> bool {
        self.ctx_names.contains(name) || self.exprs.iter().any(|names| names.may_use(name))
    }

    fn expansion<'k>(&self, params: Params, krate: &'k Krate) -> Expansion<'k> {
        let ctx = self.ctx.and_then(|(index, kind)| {
            let param = params.get(index)?;
            let (name, ty) = (param.name.clone(), param.ty.clone());
            Some(ContextParam { index, kind, name, span: ty.span(), ty })
        });
        Expansion { krate, params, ctx, is_certain: self.is_certain }
    }
}

impl Interrupt {
    fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Cancellable(it) => it.exprs(),
            Self::WithTimeout(it) => it.exprs(),
            Self::Retry(it) => it.exprs(),
        }
    }

    /// Returns whether the attribute uses the context parameter.
    fn takes_param(&self) -> bool {
        match self {
            Self::Cancellable(it) => it.takes_param(),
            Self::WithTimeout(_) | Self::Retry(_) => true,
        }
    }

    /// Returns whether the attribute needs an outer future around the body's.
    fn is_outer_future(&self, ctx: Option<(usize, Kind)>) -> bool {
        match self {
            Self::Cancellable(it) => !it.takes_param(),
            Self::WithTimeout(_) => ctx.is_some(),
            Self::Retry(_) => true,
        }
    }
}

/// The parameter that `#[cancellable]` takes: the first, unless another one has a context type and
/// the rule is silenced.
fn first_param(function: &Function) -> Option<(usize, Kind)> {
    if let Some(at) = function.params().position(|param| is_called_context(&param.ty)) {
        return Some((at, Kind::Called));
    }
    function.params().next().map(|_| (0, Kind::Perhaps))
}

/// Moves each time limit in front of the races beside it; the first is the outermost.
fn canonical(attributes: &[Interrupt]) -> Vec<&Interrupt> {
    let mut order = Vec::new();
    for part in attributes.split_inclusive(|attribute| matches!(attribute, Interrupt::Retry(_))) {
        let (retry, part) = match part.split_last() {
            Some((retry @ Interrupt::Retry(_), part)) => (Some(retry), part),
            _ => (None, part),
        };
        let is_limit = |attribute: &&Interrupt| matches!(attribute, Interrupt::WithTimeout(_));
        order.extend(part.iter().filter(is_limit));
        order.extend(part.iter().filter(|attribute| !is_limit(attribute)));
        order.extend(retry);
    }
    order
}
