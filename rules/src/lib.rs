//! The rules of [taskward](https://docs.rs/taskward): what async code on Tokio must not do. One file a rule.
//!
//! The attributes of `taskward` apply them to one function, at compile time; the command `cargo taskward check` to all
//! functions of a crate.
#![forbid(unsafe_code)]

mod apply;
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

pub use self::apply::check;
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
