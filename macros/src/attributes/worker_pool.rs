//! `#[worker_pool]`: adds a function that calls the annotated one for many items, on several
//! workers.
//!
//! ```text
//! async fn f(ctx: &Context, item: T, shared: S) -> R { BODY }
//!
//! async fn f(ctx: &Context, item: T, shared: S) -> R { BODY }
//!
//! async fn f_all(ctx: &Context, items: impl IntoIterator<Item = T>, shared: S) -> <R as PoolOutput>::All { … }
//! ```
//!
//! With `stream`, `items` is a `Stream`, and the function returns a `Stream`.

mod body;
mod check;
mod docs;
mod head;
mod jobs;
mod lifetimes;
mod options;
mod plan;
mod queue;

use proc_macro2::{Ident, TokenStream};

use self::options::Options;
use self::plan::Plan;
use crate::args::{Args, Key, Keys};
use crate::diagnostics::Errors;
use crate::item::Function;
use crate::krate::Krate;
use crate::rules::{Allowed, context_first};

pub(crate) struct WorkerPool {
    options: Options,
}

impl Keys for WorkerPool {
    const NAME: &'static str = "worker_pool";
    const KEYS: &'static [Key] = options::KEYS;
}

impl WorkerPool {
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        Self { options: Options::parse(args, errors) }
    }

    pub(crate) fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors) {
        // Without parameters, the pool has its own error: it needs an item too.
        if function.params().next().is_some() {
            context_first::check(function, allowed, errors);
        }
        check::check(function, &self.options, errors);
    }

    /// The added function, and the parameters that its options use.
    /// `metrics`: the sizes of the pool's runs are measured.
    pub(crate) fn expand(
        &self,
        function: &Function,
        metrics: bool,
        krate: &Krate,
    ) -> Option<(TokenStream, Vec<Ident>)> {
        let plan = Plan { metrics, ..Plan::new(function, &self.options, krate)? };
        Some((plan.expand(), plan.used_by_options()))
    }

    /// The added function beside errors: its body only has the right type.
    pub(crate) fn stub(&self, function: &Function, krate: &Krate) -> Option<TokenStream> {
        Plan::new(function, &self.options, krate).map(|plan| plan.stub())
    }
}
