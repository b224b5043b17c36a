//! The rules of [taskward](https://docs.rs/taskward): what async code on Tokio must not do. One file a rule.
//!
//! The attributes of `taskward` apply them to one function, at compile time; the command `cargo taskward check` to all
//! functions of a crate.
#![forbid(unsafe_code)]

#[cfg(feature = "cli")]
mod assert;
mod await_after_end;
mod bare_timeout;
mod blocking_call;
mod busy_wait;
mod context_first;
#[cfg(feature = "cli")]
mod context_not_passed;
#[cfg(feature = "cli")]
mod crate_check;
mod detached_task;
mod discarded_future;
mod dropped_canceller;
mod endless_loop;
mod fresh_context;
mod function;
mod ignored_failure;
mod lock_across_await;
mod missing_attribute;
#[cfg(feature = "cli")]
mod missing_context;
mod names;
mod nested_context;
mod no_await;
mod outer_context_in_task;
#[cfg(feature = "cli")]
mod pages;
mod rule;
mod select_cancel_unsafe;
mod settings;
mod stored_context;
mod swallowed_cancellation;
mod timeout_parameter;
mod torn_write;
mod unbounded_channel;
mod unpolled_branch;
mod walk;

use proc_macro2::TokenStream;
use syn::Block;

pub use self::context_first::check as check_context_first;
#[cfg(feature = "cli")]
pub use self::crate_check::{
    Baseline, CrateCheck, Diagnostic, Format, Level, Position, Problem, Report, Suggestion, check_source,
};
pub use self::function::{Function, Role, is_called_context, is_limit};
pub use self::missing_attribute::check as check_missing_attribute;
pub use self::names::{NAMES, nearest};
#[cfg(feature = "cli")]
pub use self::pages::page;
pub use self::rule::Finding;
pub use self::settings::Settings;
pub use self::stored_context::check as check_stored_context;
pub use self::walk::module::Module;

use self::rule::{Findings, Rule};
use self::walk::code::Code;
use self::walk::open;

/// The rules about bodies, in the order in which they report.
const RULES: [Rule; 20] = [
    fresh_context::RULE,
    outer_context_in_task::RULE,
    nested_context::RULE,
    dropped_canceller::RULE,
    endless_loop::RULE,
    detached_task::RULE,
    blocking_call::RULE,
    unbounded_channel::RULE,
    lock_across_await::RULE,
    busy_wait::RULE,
    swallowed_cancellation::RULE,
    ignored_failure::RULE,
    await_after_end::RULE,
    select_cancel_unsafe::RULE,
    unpolled_branch::RULE,
    torn_write::RULE,
    discarded_future::RULE,
    bare_timeout::RULE,
    timeout_parameter::RULE,
    no_await::RULE,
];

/// What `main` may do. It is nobody's callee: nothing waits for it while it starts, and an interruption ends with it.
const NOT_IN_MAIN: [&str; 3] = [blocking_call::RULE.name, swallowed_cancellation::RULE.name, no_await::RULE.name];

/// Applies the rules about bodies for which `applies` returns `true`.
///
/// `module` has the items around the function, where they are visible. A body that does not parse has no findings: the
/// compiler reports it.
///
/// ```
/// let function: syn::ItemFn = syn::parse_quote! {
///     async fn serve(ctx: &Context) {
///         tokio::spawn(work());
///         ctx.cancelled().await;
///     }
/// };
/// let body = quote::ToTokens::to_token_stream(&function.block);
/// let findings = taskward_rules::check(&taskward_rules::Function::new(&function.sig), body, None, |_| true);
/// assert_eq!(findings[0].rule, "detached_task");
/// ```
pub fn check(
    function: &Function<'_>,
    body: TokenStream,
    module: Option<&Module<'_>>,
    applies: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let Ok(mut block) = syn::parse2(body) else { return Vec::new() };
    open::open(&mut block);
    check_block(function, &block, module, &Settings::default(), applies)
}

/// The same for a body whose macros have been opened.
fn check_block(
    function: &Function<'_>,
    block: &Block,
    module: Option<&Module<'_>>,
    settings: &Settings,
    applies: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let code = Code::new(function, block, module, settings);
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| applies(rule.name)) {
        if function.role == Role::Main && NOT_IN_MAIN.contains(&rule.name) {
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
