//! The rules for async code, one page each, with the error as it is printed.
//!
//! A rule sees the syntax of one function, and of the module around it if visible; its page lists
//! the limits. `allow(rule)` in an attribute disables a rule.
//! [`#[taskward::main]`](macro@crate::main) applies all rules but [`blocking_call`],
//! [`swallowed_cancellation`] and [`no_await`]. The command `cargo taskward check` of the package
//! `taskward-rules` applies them to every function of a workspace; see
//! [Adopting](crate::guide::adopting).

#[doc = include_str!("../docs/rules/context_first.md")]
pub mod context_first {}

#[doc = include_str!("../docs/rules/fresh_context.md")]
pub mod fresh_context {}

#[doc = include_str!("../docs/rules/nested_context.md")]
pub mod nested_context {}

#[doc = include_str!("../docs/rules/dropped_canceller.md")]
pub mod dropped_canceller {}

#[doc = include_str!("../docs/rules/endless_loop.md")]
pub mod endless_loop {}

#[doc = include_str!("../docs/rules/no_await.md")]
pub mod no_await {}

#[doc = include_str!("../docs/rules/detached_task.md")]
pub mod detached_task {}

#[doc = include_str!("../docs/rules/blocking_call.md")]
pub mod blocking_call {}

#[doc = include_str!("../docs/rules/unbounded_channel.md")]
pub mod unbounded_channel {}

#[doc = include_str!("../docs/rules/lock_across_await.md")]
pub mod lock_across_await {}

#[doc = include_str!("../docs/rules/busy_wait.md")]
pub mod busy_wait {}

#[doc = include_str!("../docs/rules/swallowed_cancellation.md")]
pub mod swallowed_cancellation {}

#[doc = include_str!("../docs/rules/select_cancel_unsafe.md")]
pub mod select_cancel_unsafe {}

#[doc = include_str!("../docs/rules/outer_context_in_task.md")]
pub mod outer_context_in_task {}

#[doc = include_str!("../docs/rules/await_after_end.md")]
pub mod await_after_end {}

#[doc = include_str!("../docs/rules/bare_timeout.md")]
pub mod bare_timeout {}

#[doc = include_str!("../docs/rules/unpolled_branch.md")]
pub mod unpolled_branch {}

#[doc = include_str!("../docs/rules/stored_context.md")]
pub mod stored_context {}

#[doc = include_str!("../docs/rules/timeout_parameter.md")]
pub mod timeout_parameter {}

#[doc = include_str!("../docs/rules/discarded_future.md")]
pub mod discarded_future {}

#[doc = include_str!("../docs/rules/ignored_failure.md")]
pub mod ignored_failure {}

#[doc = include_str!("../docs/rules/torn_write.md")]
pub mod torn_write {}

#[doc = include_str!("../docs/rules/missing_context.md")]
pub mod missing_context {}

#[doc = include_str!("../docs/rules/context_not_passed.md")]
pub mod context_not_passed {}

#[doc = include_str!("../docs/rules/missing_attribute.md")]
pub mod missing_attribute {}
