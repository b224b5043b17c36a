//! Encodes results for the database, and decodes them for the caller.

use serde::Serialize;
use serde::de::DeserializeOwned;
use taskward::{Context, ContextError, Outcome as _, PoolOutput};

use crate::engine::types::{Outcome, ResultRow};
use crate::error::JobsError;

/// A result that can be stored: `Result<T, E>`, `Option<T>` or `()`, whose parts are `Serialize`
/// and `Deserialize`.
#[diagnostic::on_unimplemented(
    message = "a result of type `{Self}` cannot travel through a job queue",
    label = "not a `Result<T, E>`, an `Option<T>` or `()` of types that are `Serialize` and `Deserialize`",
    note = "derive both for the output and the error: `#[derive(serde::Serialize, serde::Deserialize)]`",
    note = "an error that is neither, such as `anyhow::Error`: return a type of your own that has its text"
)]
pub trait JobOutput: PoolOutput<All: Send, Output: Send, Residual: Send> + Sized + Send + 'static {
    /// Encodes the output, or the error.
    ///
    /// # Errors
    ///
    /// If the value has no form in JSON.
    fn encode(&self) -> serde_json::Result<String>;

    /// Decodes an encoded output, or error.
    ///
    /// # Errors
    ///
    /// If the value was written by other code.
    fn decode(is_output: bool, value: &str) -> serde_json::Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T, E> JobOutput for Result<T, E>
where
    Self: PoolOutput<All: Send, Output: Send, Residual: Send>,
    T: Serialize + DeserializeOwned + Send + 'static,
    E: Serialize + DeserializeOwned + Send + 'static,
{
    fn encode(&self) -> serde_json::Result<String> {
        match self {
            Ok(output) => serde_json::to_string(output),
            Err(error) => serde_json::to_string(error),
        }
    }

    fn decode(is_output: bool, value: &str) -> serde_json::Result<Self> {
        if is_output { serde_json::from_str(value).map(Ok) } else { serde_json::from_str(value).map(Err) }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + 'static> JobOutput for Option<T> {
    fn encode(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    fn decode(is_output: bool, value: &str) -> serde_json::Result<Self> {
        if is_output { serde_json::from_str(value).map(Some) } else { Ok(None) }
    }
}

impl JobOutput for () {
    fn encode(&self) -> serde_json::Result<String> {
        Ok("null".to_owned())
    }

    fn decode(_: bool, _: &str) -> serde_json::Result<Self> {
        Ok(())
    }
}

/// Decodes a stored result. A result without a value of `R` is an interruption with its cause.
pub(crate) fn decode<R: JobOutput>(row: ResultRow) -> R {
    let ResultRow { outcome, value, .. } = row;
    match outcome {
        Outcome::Output | Outcome::Error => R::decode(outcome == Outcome::Output, &value)
            .unwrap_or_else(|error| R::interrupted(ended_by(JobsError::decode("the result of an item", &error)))),
        Outcome::Undecodable => R::interrupted(ended_by(JobsError::Decode { what: "an item".into(), reason: value })),
        Outcome::Panicked => R::interrupted(ended_by(JobsError::Panicked { message: value })),
        Outcome::Lost => R::interrupted(ended_by(JobsError::Lost { message: value })),
    }
}

/// Returns an interruption with this cause: every error type of a pool can hold one.
pub(crate) fn ended_by(cause: JobsError) -> ContextError {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with(cause);
    match ctx.check() {
        Err(why) => why,
        Ok(()) => unreachable!("it was cancelled"),
    }
}

/// Collects the results of a batch.
pub trait Gather<R>: Send {
    /// The return type of `NAME_all`.
    type All: Send;
    /// The part of a result that is kept until the batch ends.
    type Kept: Send;
    /// `true` if the first failure ends a stream.
    const FAILS_FAST: bool;

    /// Keeps a result, or ends the batch.
    ///
    /// # Errors
    ///
    /// If the result ends the batch: the value of the whole call.
    fn keep(result: R) -> Result<Self::Kept, Self::All>;

    /// Returns the value of the whole call: all items have a result, or `why` ended the batch.
    fn all(kept: Vec<Option<Self::Kept>>, why: Option<ContextError>) -> Self::All;
}

/// Ends the batch at its first error.
#[derive(Debug)]
pub struct FailFast;

impl<R: JobOutput> Gather<R> for FailFast {
    type All = R::All;
    type Kept = R::Output;
    const FAILS_FAST: bool = true;

    fn keep(result: R) -> Result<R::Output, R::All> {
        result.branch().map_err(|residual| R::all(Err(residual)))
    }

    fn all(kept: Vec<Option<R::Output>>, why: Option<ContextError>) -> R::All {
        match why {
            None => R::all(Ok(kept.into_iter().flatten().collect())),
            Some(why) => R::All::interrupted(why),
        }
    }
}

/// Collects the result of each item, errors included.
#[derive(Debug)]
pub struct Collect;

impl<R: JobOutput> Gather<R> for Collect {
    type All = Vec<R>;
    type Kept = R;
    const FAILS_FAST: bool = false;

    fn keep(result: R) -> Result<R, Vec<R>> {
        Ok(result)
    }

    fn all(kept: Vec<Option<R>>, why: Option<ContextError>) -> Vec<R> {
        match why {
            None => kept.into_iter().flatten().collect(),
            Some(why) => kept.into_iter().map(|kept| kept.unwrap_or_else(|| R::interrupted(why.clone()))).collect(),
        }
    }
}
