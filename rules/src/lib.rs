//! The rules of [taskward](https://docs.rs/taskward): what async code on Tokio must not do. One file a rule.
//!
//! The attributes of `taskward` apply them to one function, at compile time.
#![forbid(unsafe_code)]

mod blocking_call;
mod busy_wait;
mod context_first;
mod detached_task;
mod dropped_canceller;
mod endless_loop;
mod fresh_context;
mod function;
mod lock_across_await;
mod names;
mod nested_context;
mod no_await;
mod rule;
mod select_cancel_unsafe;
mod swallowed_cancellation;
mod unbounded_channel;
mod walk;

pub use self::context_first::check as check_context_first;
pub use self::function::{Function, is_called_context};
pub use self::names::{NAMES, nearest};
pub use self::rule::Finding;

use self::rule::{Findings, Rule};
use self::walk::code::Code;

/// The rules about bodies, in the order in which they report.
const RULES: [Rule; 12] = [
    fresh_context::RULE,
    nested_context::RULE,
    dropped_canceller::RULE,
    endless_loop::RULE,
    detached_task::RULE,
    blocking_call::RULE,
    unbounded_channel::RULE,
    lock_across_await::RULE,
    busy_wait::RULE,
    swallowed_cancellation::RULE,
    select_cancel_unsafe::RULE,
    no_await::RULE,
];

/// What `main` may do. It is nobody's callee: nothing waits for it while it starts, and an interruption ends with it.
const NOT_IN_MAIN: [&str; 3] = [blocking_call::RULE.name, swallowed_cancellation::RULE.name, no_await::RULE.name];

/// Applies the rules about bodies for which `applies` returns `true`.
///
/// A body that does not parse has no findings: the compiler reports it.
///
/// ```
/// let function: syn::ItemFn = syn::parse_quote! {
///     async fn serve(ctx: &Context) {
///         tokio::spawn(work());
///         ctx.cancelled().await;
///     }
/// };
/// let body = quote::ToTokens::to_token_stream(&function.block);
/// let findings = taskward_rules::check(&taskward_rules::Function::new(&function.sig, Some(&body)), |_| true);
/// assert_eq!(findings[0].rule, "detached_task");
/// ```
pub fn check(function: &Function<'_>, applies: impl Fn(&str) -> bool) -> Vec<Finding> {
    let Some(code) = Code::of(function) else { return Vec::new() };
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| applies(rule.name)) {
        if function.is_main && NOT_IN_MAIN.contains(&rule.name) {
            continue;
        }
        // A call that blocks, or a loop that spins, should be an `.await`: one error for one reason.
        if rule.name == no_await::RULE.name && !findings.is_empty() {
            continue;
        }
        let mut found = Findings::of(rule.name);
        (rule.check)(&code, &mut found);
        findings.extend(found.into_vec());
    }
    findings
}
