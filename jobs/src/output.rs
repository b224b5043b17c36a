//! Results of functions, as they cross the wire.

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
    /// If it has no form in JSON.
    fn encode(&self) -> serde_json::Result<String>;

    /// The opposite of [`encode`](Self::encode).
    ///
    /// # Errors
    ///
    /// If it was written by other code.
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

/// The result of an item, from its row.
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

/// What a function's own error type can hold.
pub(crate) fn ended_by(cause: JobsError) -> ContextError {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with(cause);
    match ctx.check() {
        Err(why) => why,
        Ok(()) => unreachable!("it was cancelled"),
    }
}

/// What becomes of the results of a batch.
pub trait Gather<R>: Send {
    /// What `NAME_all` returns.
    type All: Send;
    /// What is kept of each result.
    type Kept: Send;
    /// Whether the first failure ends a stream.
    const FAILS_FAST: bool;

    /// `Err`: the batch has failed.
    ///
    /// # Errors
    ///
    /// What `NAME_all` returns.
    fn keep(result: R) -> Result<Self::Kept, Self::All>;

    /// All items have a result, or `why` ended the batch before.
    fn all(kept: Vec<Option<Self::Kept>>, why: Option<ContextError>) -> Self::All;
}

/// The first error ends the batch.
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

/// Each item has its result.
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
