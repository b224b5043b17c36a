//! How a pool combines the results of its calls.

use std::convert::Infallible;

use crate::error::ContextError;
use crate::outcome::Outcome;
use crate::task_output::PoolOutput;

/// The treatment of the results of a pool's calls.
pub trait Policy<R> {
    /// The stored form of a result.
    type Kept;
    /// A failure that ends the run.
    type Failure;

    /// Classifies one result. `fails` decides which results end a stream.
    fn keep(result: R, fails: Option<IsFailure<Self::Kept>>) -> Result<Self::Kept, Self::Failure>;
}

/// Combines all results into one.
pub trait Gather<R>: Policy<R> {
    /// The result of the run.
    type All;

    /// Returns the run's result. An output is `None` if `why` kept its call from finishing.
    fn all(run: Run<Self::Kept, Self::Failure>) -> Self::All;
}

/// The end of a run.
pub enum Run<K, F> {
    /// Every item has its output.
    Complete(Vec<K>),
    /// The first failure stopped the run.
    Failed(F),
    /// The context ended first.
    Interrupted(Vec<Option<K>>, ContextError),
}

/// The first failure stops the run. The default.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FailFast;

impl<R: PoolOutput> Policy<R> for FailFast {
    type Kept = R::Output;
    type Failure = R::Residual;

    #[inline]
    fn keep(result: R, _: Option<IsFailure<R::Output>>) -> Result<R::Output, R::Residual> {
        result.branch()
    }
}

impl<R: PoolOutput> Gather<R> for FailFast {
    type All = R::All;

    fn all(run: Run<R::Output, R::Residual>) -> R::All {
        match run {
            Run::Complete(outputs) => R::all(Ok(outputs)),
            Run::Failed(residual) => R::all(Err(residual)),
            Run::Interrupted(_, why) => R::All::interrupted(why),
        }
    }
}

/// Every item has its own result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Collect;

impl<R: Outcome> Policy<R> for Collect {
    type Kept = R;
    type Failure = Infallible;

    #[inline]
    fn keep(result: R, _: Option<IsFailure<R>>) -> Result<R, Infallible> {
        Ok(result)
    }
}

impl<R: Outcome> Gather<R> for Collect {
    type All = Vec<R>;

    fn all(run: Run<R, Infallible>) -> Vec<R> {
        match run {
            Run::Complete(results) => results,
            Run::Failed(never) => match never {},
            Run::Interrupted(results, why) => {
                results.into_iter().map(|result| result.unwrap_or_else(|| R::interrupted(why.clone()))).collect()
            }
        }
    }
}

/// Every result is an item of a stream, which a failure may end.
pub struct Streamed;

impl<R> Policy<R> for Streamed {
    type Kept = R;
    type Failure = R;

    fn keep(result: R, fails: Option<IsFailure<R>>) -> Result<R, R> {
        if fails.is_some_and(|fails| fails(&result)) { Err(result) } else { Ok(result) }
    }
}

/// Decides whether a result is a failure that ends a stream.
pub(crate) type IsFailure<R> = fn(&R) -> bool;

/// Determines the end of a stream of results.
pub trait Ends<R> {
    /// `None` if no result ends the stream.
    const FAILS: Option<IsFailure<R>>;

    /// Returns the last result of an interrupted stream.
    fn interrupted(why: ContextError) -> R;
}

impl<R: Outcome> Ends<R> for FailFast {
    const FAILS: Option<IsFailure<R>> = Some(R::is_failure);

    fn interrupted(why: ContextError) -> R {
        R::interrupted(why)
    }
}

impl<R: Outcome> Ends<R> for Collect {
    const FAILS: Option<IsFailure<R>> = None;

    fn interrupted(why: ContextError) -> R {
        R::interrupted(why)
    }
}
