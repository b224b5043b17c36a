//! The rules of taskward about mistakes in async code on Tokio. Each
//! rule has its own file.
//!
//! The attributes of `taskward` apply them to one function, at compile time; the command
//! `cargo taskward check` applies them to all functions of a crate.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

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
mod engine;
mod fresh_context;
mod ignored_failure;
mod lock_across_await;
mod missing_attribute;
#[cfg(feature = "cli")]
mod missing_context;
mod nested_context;
mod no_await;
mod outer_context_in_task;
mod select_cancel_unsafe;
mod stored_context;
mod swallowed_cancellation;
mod timeout_parameter;
mod torn_write;
mod unbounded_channel;
mod unpolled_branch;
mod walk;

pub use self::context_first::check as check_context_first;
#[cfg(feature = "cli")]
pub use self::crate_check::{
    Baseline, CrateCheck, Diagnostic, Format, Level, Position, Problem, Report, Suggestion, check_source, page,
};
pub use self::engine::apply::check;
pub use self::engine::function::{Function, Role, is_called_context, is_limit};
pub use self::engine::names::{NAMES, nearest};
pub use self::engine::rule::Finding;
pub use self::engine::settings::Settings;
pub use self::missing_attribute::check as check_missing_attribute;
pub use self::stored_context::check as check_stored_context;
pub use self::walk::module::Module;
