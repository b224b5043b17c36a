//! The attributes of one function: the first that expands removes the others and expands them all.
//!
//! The written order matters only where the pages of the attributes say so (`#[retry]`).
//! Attributes of other crates keep their places relative to the function, and may stand between:
//!
//! ```text
//! #[cancellable] #[tracing::instrument] #[with_timeout("5s")] async fn f(…)
//! ```

pub(crate) mod conditions;
mod siblings;

use proc_macro2::TokenStream;
use quote::quote;
use taskward_rules::Role;

pub(crate) use self::siblings::Kind;
use self::siblings::{Marker, Sibling};
use crate::args::{Args, Keys};
use crate::attributes::interrupt::{self, Interrupt, lifetimes};
use crate::attributes::memo::Memo;
use crate::attributes::observe::Observe;
use crate::attributes::{Cancellable, Lazy, Once, Retry, SingleFlight, WithTimeout, WorkerPool};
use crate::diagnostics::{Error, Errors};
use crate::item::Function;
use crate::item::body::in_front;
use crate::krate::Krate;
use crate::rules::{self, Allowed};

/// The parsed attributes of a function.
struct Stack {
    krate: Krate,
    allowed: Allowed,
    observe: Observe,
    /// The outermost attribute comes first.
    interrupts: Vec<Interrupt>,
    memo: Option<Memo>,
    /// The number of interrupting attributes above the memoizing one.
    above_memo: usize,
    pool: Option<WorkerPool>,
}

/// Expands an item whose first attribute of taskward is `kind`.
pub(crate) fn run(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    if siblings::has_expanded(&args) {
        return item;
    }
    let mut errors = Errors::default();
    let first = Sibling::first(kind, args);
    let Some(mut function) = Function::parse(kind.name(), &item, &mut errors) else {
        let mut stack = Stack::new();
        stack.add(first, &mut errors);
        return errors.emit_before(item);
    };
    let krate = siblings::path_of_crate(&first.args);
    if let Some(items) = conditions::resolve(&first, &function, krate.as_ref()) {
        return items;
    }
    let marker = siblings::take_marker(&mut function);
    let mut siblings = vec![first];
    siblings.extend(siblings::take(&mut function, krate.as_ref()));
    let kinds: Vec<_> = siblings.iter().map(|sibling| sibling.kind).collect();
    let names: TokenStream = siblings[1..].iter().map(Sibling::name_only).collect();
    let is_late = check_stack(&siblings, &marker, &function, &mut errors);

    let mut stack = Stack::new();
    for sibling in siblings {
        stack.add(sibling, &mut errors);
    }
    if let Some(named) = lifetimes::name_elided(&function, &mut errors) {
        function = named;
    }
    stack.check(&function, &mut errors);
    let item = if errors.allow_expansion() {
        let marker = marker.with(&kinds).attribute(&function, &stack.krate);
        stack.expand(function, &marker)
    } else if is_late {
        let head = function.head();
        quote!(#head { ::core::unreachable!() })
    } else {
        stack.fall_back(&function)
    };
    errors.emit_before(quote!(#names #item))
}

/// Reports attributes that exclude each other, or whose order an alias has hidden. Returns whether
/// there are any: then the body is no longer the user's.
fn check_stack(siblings: &[Sibling], marker: &Marker, function: &Function, errors: &mut Errors) -> bool {
    let mut memo = siblings.iter().filter(|sibling| sibling.kind.is_memo());
    if let (Some(first), Some(second)) = (memo.next(), memo.next()) {
        let what = if first.kind == Kind::SingleFlight { "the callers share the body" } else { "the value is stored" };
        let error = Error::new(&second.at, format!("{what} in two ways"));
        errors.push(error.help(format!("remove this attribute or `#[{}]`", first.kind.name())));
    }
    for (at, sibling) in siblings.iter().enumerate().filter(|(_, sibling)| sibling.kind == Kind::WithTimeout) {
        let below = siblings[at + 1..].iter().take_while(|sibling| sibling.kind != Kind::Retry);
        for again in below.filter(|below| below.kind == sibling.kind) {
            errors.push(Error::new(&again.at, "a second time limit").help("remove the longer one"));
        }
    }
    for kind in [Kind::Retry, Kind::WorkerPool] {
        for again in siblings.iter().filter(|sibling| sibling.kind == kind).skip(1) {
            let error = Error::new(&again.at, format!("a second `#[{}]`", kind.name()));
            errors.push(error.help("remove one of them"));
        }
    }
    let conflict = marker.conflict(siblings);
    if let Some((late, early)) = conflict {
        let (late, early) = (late.name(), early.name());
        let what = format!("`#[{late}]` has an unknown name here, so `#[{early}]` expanded without it");
        let help = format!("write `#[{late}]` or `#[taskward::{late}]` instead of the alias");
        errors.push(Error::new(&function.sig.ident, what).help(help));
    }
    conflict.is_some()
}

impl Stack {
    fn new() -> Self {
        Self {
            krate: Krate::default(),
            allowed: Allowed::default(),
            observe: Observe::default(),
            interrupts: Vec::new(),
            memo: None,
            above_memo: 0,
            pool: None,
        }
    }

    fn add(&mut self, sibling: Sibling, errors: &mut Errors) {
        if sibling.kind.is_memo() && self.memo.is_none() {
            self.above_memo = self.interrupts.len();
        }
        match sibling.kind {
            Kind::Cancellable => {
                let it = self.parse(sibling, errors, Cancellable::parse);
                self.interrupts.push(Interrupt::Cancellable(it));
            }
            Kind::WithTimeout => {
                let it = self.parse(sibling, errors, WithTimeout::parse);
                self.interrupts.push(Interrupt::WithTimeout(it));
            }
            Kind::Retry => {
                let it = self.parse(sibling, errors, Retry::parse);
                self.interrupts.push(Interrupt::Retry(Box::new(it)));
            }
            Kind::Lazy => {
                let it = self.parse(sibling, errors, Lazy::parse);
                self.memo.get_or_insert(Memo::Lazy(it));
            }
            Kind::Once => {
                let it = self.parse(sibling, errors, Once::parse);
                self.memo.get_or_insert(Memo::Once(Box::new(it)));
            }
            Kind::SingleFlight => {
                let it = self.parse(sibling, errors, SingleFlight::parse);
                self.memo.get_or_insert(Memo::SingleFlight(Box::new(it)));
            }
            Kind::WorkerPool => {
                let it = self.parse(sibling, errors, WorkerPool::parse);
                self.pool.get_or_insert(it);
            }
        }
    }

    fn parse<A: Keys>(
        &mut self,
        sibling: Sibling,
        errors: &mut Errors,
        parse: impl FnOnce(&mut Args, &mut Errors) -> A,
    ) -> A {
        let mut args = Args::parse_at::<A>(sibling.args, sibling.at, errors);
        self.krate.or(Krate::parse(&mut args, errors));
        self.allowed.and(Allowed::parse(&mut args, errors));
        self.observe.or(Observe::parse(&mut args, errors), errors);
        parse(&mut args, errors)
    }

    fn check(&self, function: &Function, errors: &mut Errors) {
        for (at, interrupt) in self.interrupts.iter().enumerate() {
            match interrupt {
                Interrupt::Cancellable(it) => it.check(function, &self.allowed, errors),
                Interrupt::WithTimeout(_) => WithTimeout::check(function, errors),
                Interrupt::Retry(_) => {
                    let is_limit = |below: &Interrupt| matches!(below, Interrupt::WithTimeout(_));
                    Retry::check(function, self.interrupts[at..].iter().any(is_limit), errors);
                }
            }
        }
        if let Some(by) = self.derives_context() {
            lifetimes::check_derived(by, function, errors);
        }
        if let Some(memo) = &self.memo {
            memo.check(function, errors);
        }
        if let Some(pool) = &self.pool {
            pool.check(function, &self.allowed, errors);
        }
        // On a plain `fn`, these attributes have reported that they need an `async fn`.
        if self.interrupts.is_empty() && !matches!(self.memo, Some(Memo::SingleFlight(_))) {
            self.observe.check(function, self.pool.is_some(), errors);
        }
        let any = |is: fn(&Interrupt) -> bool| self.interrupts.iter().any(is);
        let promises_to_end = any(|it| matches!(it, Interrupt::Cancellable(_)));
        let role = if any(|it| matches!(it, Interrupt::Cancellable(it) if it.has_grace())) {
            Role::Graceful
        } else if self.interrupts.is_empty() && self.pool.is_none() {
            Role::Plain
        } else {
            Role::Interrupted
        };
        let mut described = function.for_rules().role(role);
        described.limit_uses_params = any(|it| matches!(it, Interrupt::WithTimeout(it) if it.is_computed()));
        let applies = |rule: &str| promises_to_end || rule != "no_await";
        rules::check(&described, function, applies, &self.allowed, errors);
    }

    /// The name of the attribute that derives a context for the call, if any.
    fn derives_context(&self) -> Option<&'static str> {
        let interrupt = self.interrupts.iter().find_map(|it| match it {
            Interrupt::Cancellable(_) => None,
            Interrupt::WithTimeout(_) => Some(WithTimeout::NAME),
            Interrupt::Retry(_) => Some(Retry::NAME),
        });
        interrupt.or_else(|| self.pool.as_ref().map(|_| WorkerPool::NAME))
    }

    /// `marker` marks the function for attributes that expand later, under other names.
    fn expand(self, mut function: Function, marker: &TokenStream) -> TokenStream {
        let Self { krate, observe, memo, pool, .. } = &self;
        let (interrupts, nested) = self.interrupts.split_at(self.nested_at());
        let expand_pool = |pool: &WorkerPool| pool.expand(&function, observe.has_metrics(), krate);
        let (pool, used) = pool.as_ref().and_then(expand_pool).unwrap_or_default();
        if !marker.is_empty() {
            function.attrs.push(syn::parse_quote!(#marker));
        }
        if let Some(body) = function.body.as_ref().filter(|_| !used.is_empty()) {
            let block = body.user_block();
            let content = in_front(&block, &quote!(#(let _ = &#used;)*)).stream();
            function.body = Some(body.with_user_block(content));
        }
        if let (Some(memo), false) = (memo, nested.is_empty()) {
            let made = memo.made(&function, krate);
            interrupt::nest(nested, &mut function, made, krate);
        }
        let is_alone = interrupts.is_empty() && !observe.is_about(&function);
        let flight = match memo {
            Some(Memo::Lazy(it)) => {
                function = it.expand(function, krate);
                None
            }
            Some(Memo::Once(it)) => {
                function = it.expand(function, krate, is_alone);
                None
            }
            Some(Memo::SingleFlight(it)) => Some(&**it),
            None => None,
        };
        let function = if is_alone && flight.is_none() {
            function.to_tokens()
        } else {
            interrupt::expand(interrupts, observe, flight, function, krate)
        };
        quote!(#function #pool)
    }

    /// The index of the first interrupting attribute inside of the memoizing one. `#[retry]` below
    /// it repeats the initializer; attributes below that `#[retry]` apply to each attempt.
    fn nested_at(&self) -> usize {
        let is_retry = |it: &Interrupt| matches!(it, Interrupt::Retry(_));
        let below = self.memo.as_ref().and_then(|_| self.interrupts[self.above_memo..].iter().position(is_retry));
        below.map_or(self.interrupts.len(), |below| self.above_memo + below)
    }

    /// The code to emit beside errors: every item that callers name, so that they see no further
    /// errors.
    fn fall_back(&self, function: &Function) -> TokenStream {
        let pool = self.pool.as_ref().and_then(|pool| pool.stub(function, &self.krate));
        let function = match &self.memo {
            Some(memo) => memo.fall_back(function, &self.krate),
            None => function.to_tokens(),
        };
        quote!(#function #pool)
    }
}
