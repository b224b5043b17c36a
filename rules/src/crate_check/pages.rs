//! The pages of the rules, as `--explain` prints them.

macro_rules! pages {
    ($($rule:literal)*) => {
        /// Returns the documentation of a rule; empty for an unknown rule.
        #[must_use]
        pub fn page(rule: &str) -> &'static str {
            match rule {
                $($rule => include_str!(concat!("../../docs/", $rule, ".md")),)*
                _ => "",
            }
        }
    };
}

pages! {
    "context_first" "fresh_context" "nested_context" "dropped_canceller" "endless_loop" "no_await" "detached_task"
    "blocking_call" "unbounded_channel" "lock_across_await" "busy_wait" "swallowed_cancellation" "select_cancel_unsafe"
    "outer_context_in_task" "await_after_end" "bare_timeout" "unpolled_branch" "stored_context" "timeout_parameter"
    "discarded_future" "ignored_failure" "torn_write" "missing_context" "context_not_passed" "missing_attribute"
}

/// The first line of a rule's documentation, without the name.
pub(crate) fn summary(rule: &str) -> &'static str {
    let first = page(rule).lines().next().unwrap_or_default();
    first.split_once(": ").map_or(first, |(_, text)| text)
}
