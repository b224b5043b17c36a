//! The functions that generated code calls. Not part of the public interface: no promises.
#![allow(missing_docs)]

use futures_util::Stream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use taskward::{Context, Progress};

use crate::job::Job;
use crate::jobs::Jobs;
use crate::stream::JobStream;
use crate::submit;

pub use crate::output::{Collect, FailFast, Gather, JobOutput};
pub use crate::spec::Spec;

/// Returns the job queue that the items of a call go to.
#[must_use]
pub fn jobs(ctx: &Context) -> Option<Jobs> {
    ctx.value::<Jobs>().cloned()
}

/// Sends the items, and waits for their results. Not an `async fn`, so that the future does not
/// hold the items.
pub fn run<P, R, T, I, F>(
    spec: &'static Spec,
    jobs: Jobs,
    ctx: Context,
    in_order: bool,
    items: I,
    progress: F,
) -> impl Future<Output = P::All> + Send + use<P, R, T, I, F>
where
    P: Gather<R>,
    R: JobOutput,
    T: Serialize,
    I: IntoIterator<Item = T>,
    F: FnMut(Progress) + Send,
{
    let call = submit::Call { spec, jobs, ctx, in_order };
    submit::run::<P, R>(call, submit::encode(items), progress)
}

/// Calls the function of `progress`, and drops its return value.
pub fn tell<R>(told: impl FnOnce(Progress) -> R, progress: Progress) {
    told(progress);
}

/// Sends items as they come, and yields their results.
pub fn stream<P, R, S, F>(
    spec: &'static Spec,
    jobs: Jobs,
    ctx: Context,
    in_order: bool,
    items: S,
    ahead: Option<usize>,
    progress: F,
) -> JobStream<S, R>
where
    P: Gather<R>,
    R: JobOutput,
    S: Stream<Item: Serialize>,
    F: FnMut(Progress) + Send + 'static,
{
    let call = submit::Call { spec, jobs, ctx, in_order };
    JobStream::queued(submit::Flow::new(call, items, P::FAILS_FAST, ahead, Box::new(progress)))
}

/// Returns the function as a server knows it.
///
/// # Panics
///
/// If `workers` is zero.
pub fn job<T, R, F, C>(spec: &'static Spec, workers: Option<usize>, call: C) -> Job
where
    T: DeserializeOwned + Send + 'static,
    R: JobOutput,
    F: Future<Output = R> + Send + 'static,
    C: FnMut(Context, T) -> F + Send + 'static,
{
    Job::new(spec, workers, call)
}

/// Returns a function that blocks as a server knows it.
///
/// # Panics
///
/// If `workers` is zero.
pub fn blocking_job<T, R, F, C>(spec: &'static Spec, workers: Option<usize>, mut call: C) -> Job
where
    T: DeserializeOwned + Send + 'static,
    R: JobOutput,
    F: FnOnce() -> R + Send + 'static,
    C: FnMut(Context, T) -> F + Send + 'static,
{
    Job::new(spec, workers, move |ctx, item| {
        let call = call(ctx, item);
        async move {
            match tokio::task::spawn_blocking(call).await {
                Ok(result) => result,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The runtime ends, and with it this task.
                    Err(_) => std::future::pending().await,
                },
            }
        }
    })
}
