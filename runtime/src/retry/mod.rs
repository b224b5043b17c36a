//! `#[retry]`: calls that are repeated after an error.

mod budget;
mod interruption;
mod policy;
mod run;

pub use self::budget::RetryBudget;

/// Items for generated code.
pub(crate) mod generated {
    pub use super::interruption::{ErrorProbe, ViaAnyError, ViaAsError, ViaStdError};
    pub use super::policy::{RetryPolicy, RetryRules, retry_always, retry_when};
    pub use super::run::{
        Pause, Retry, RetryOutput, RetryParam, again, retry_next, retry_of, retry_param, retry_run, retry_succeeded,
        with_attempt,
    };
}
