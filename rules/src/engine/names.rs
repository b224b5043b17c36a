//! The names of the rules.

/// The names of the rules: each is the name of the rule's file, fixture and documentation, and its
/// key in `allow(…)` and in messages.
pub const NAMES: &[&str] = &[
    "context_first",
    "fresh_context",
    "nested_context",
    "dropped_canceller",
    "endless_loop",
    "no_await",
    "detached_task",
    "blocking_call",
    "unbounded_channel",
    "lock_across_await",
    "busy_wait",
    "swallowed_cancellation",
    "select_cancel_unsafe",
    "outer_context_in_task",
    "await_after_end",
    "bare_timeout",
    "unpolled_branch",
    "stored_context",
    "timeout_parameter",
    "discarded_future",
    "ignored_failure",
    "torn_write",
    "missing_context",
    "context_not_passed",
    "missing_attribute",
];

/// Returns the candidate that `written` is most likely a misspelling of.
///
/// ```
/// let names = taskward_rules::NAMES.iter().copied();
/// assert_eq!(taskward_rules::nearest("detachd_task", names), Some("detached_task"));
/// ```
pub fn nearest<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(written, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= candidate.len().max(written.len()) / 3 + 1 && *distance < candidate.len()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
