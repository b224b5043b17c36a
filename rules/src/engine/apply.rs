//! Applies the rules about bodies to one function.

use syn::Block;

use crate::engine::function::{Function, Role};
use crate::engine::rule::{Finding, Findings, Rule};
use crate::engine::settings::Settings;
use crate::walk::fn_body::FnBody;
use crate::walk::module::Module;
use crate::walk::open;
use crate::{
    await_after_end, bare_timeout, blocking_call, busy_wait, detached_task, discarded_future, dropped_canceller,
    endless_loop, fresh_context, ignored_failure, lock_across_await, nested_context, no_await, outer_context_in_task,
    select_cancel_unsafe, swallowed_cancellation, timeout_parameter, torn_write, unbounded_channel, unpolled_branch,
};

/// The rules about bodies, in the order of their reports.
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

/// Rules that do not apply to `main`, which has no caller and ends the process.
const NOT_IN_MAIN: [&str; 3] = [blocking_call::RULE.name, swallowed_cancellation::RULE.name, no_await::RULE.name];

/// Applies the rules about bodies for which `applies` returns `true`.
///
/// `module` contains the items around the function, if they are visible.
///
/// ```
/// let function: syn::ItemFn = syn::parse_quote! {
///     async fn serve(ctx: &Context) {
///         tokio::spawn(work());
///         ctx.cancelled().await;
///     }
/// };
/// let described = taskward_rules::Function::new(&function.sig);
/// let findings = taskward_rules::check(&described, *function.block, None, |_| true);
/// assert_eq!(findings[0].rule, "detached_task");
/// ```
pub fn check(
    function: &Function<'_>,
    mut body: Block,
    module: Option<&Module<'_>>,
    applies: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    open::open(&mut body);
    check_block(function, &body, module, &Settings::default(), applies)
}

/// Applies the rules to a body whose macros have been opened.
pub(crate) fn check_block(
    function: &Function<'_>,
    block: &Block,
    module: Option<&Module<'_>>,
    settings: &Settings,
    applies: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let code = FnBody::new(function, block, module, settings);
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| applies(rule.name)) {
        if function.role == Role::Main && NOT_IN_MAIN.contains(&rule.name) {
            continue;
        }
        // A call that blocks, or a loop that spins, should become an `.await`: `no_await` would
        // report the same mistake again.
        if rule.name == no_await::RULE.name && !findings.is_empty() {
            continue;
        }
        let mut found = Findings::of(rule.name);
        (rule.check)(&code, &mut found);
        findings.extend(found.into_vec());
    }
    findings
}
