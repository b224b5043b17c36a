//! `#[worker_pool]`: beside the function, one that calls it for many items on several workers.
//!
//! ```text
//! async fn f(ctx: &Context, item: T, shared: S) -> R { BODY }
//!
//! async fn f(ctx: &Context, item: T, shared: S) -> R { BODY }
//!
//! async fn f_all(ctx: &Context, items: impl IntoIterator<Item = T>, shared: S) -> <R as PoolOutput>::All { … }
//! ```
//!
//! With `stream`, `items` is a `Stream`, and so is the result.

mod body;
mod check;
mod docs;
mod head;
mod lifetimes;
mod options;
mod plan;

use proc_macro2::TokenStream;
use quote::quote;

use self::options::Options;
use self::plan::Plan;
use crate::args::{Args, Key, Keys};
use crate::diagnostics::Errors;
use crate::function::Function;
use crate::krate::Krate;
use crate::pipeline::Attribute;
use crate::rules::{Allowed, context_first};

pub(crate) struct WorkerPool {
    options: Options,
}

impl Keys for WorkerPool {
    const NAME: &'static str = "worker_pool";
    const KEYS: &'static [Key] = options::KEYS;
}

impl Attribute for WorkerPool {
    fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        Self { options: Options::parse(args, errors) }
    }

    fn check(&self, function: &Function, allowed: &Allowed, errors: &mut Errors) {
        context_first::check(function, allowed, errors);
        check::check(function, &self.options, errors);
    }

    fn expand(&self, mut function: Function, krate: &Krate) -> TokenStream {
        let Some(plan) = Plan::new(&function, &self.options, krate) else { return function.to_tokens() };
        let (pool, used) = (plan.expand(), plan.used_by_options());
        if let Some(body) = &mut function.body {
            for name in used {
                body.prepend(quote!(let _ = &#name;));
            }
        }
        let function = function.to_tokens();
        quote!(#function #pool)
    }

    fn fall_back(&self, function: &Function, krate: &Krate) -> TokenStream {
        let pool = Plan::new(function, &self.options, krate).map(|plan| plan.stub());
        let function = function.to_tokens();
        quote!(#function #pool)
    }
}
