//! How far a run is.

use super::output::Policy;
use super::worker::Worker;
use crate::outcome::Outcome;
use crate::sync::{Mutex, lock};

/// How far a run of a pool is: what `progress` is told after each item that is finished.
///
/// ```
/// use taskward::{Context, ContextError, Progress, worker_pool};
///
/// #[worker_pool(workers = 2, progress = report)]
/// async fn length(ctx: &Context, word: &'static str) -> Result<usize, ContextError> {
///     ctx.checkpoint().await?;
///     Ok(word.len())
/// }
///
/// fn report(progress: Progress) {
///     println!("{progress}"); // 1 of 3
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() { assert_eq!(length_all(&Context::background(), ["a", "b", "c"]).await.unwrap(), [1, 1, 1]) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Progress {
    /// How many items are finished, those that failed included.
    pub done: usize,
    /// How many of them failed: returned an error, or `None`.
    pub failed: usize,
    /// How many items there are; `None` where nobody knows yet: most streams, and iterators without an end.
    pub total: Option<usize>,
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { done, failed, total } = self;
        match total {
            Some(total) => write!(f, "{done} of {total}")?,
            None => write!(f, "{done}")?,
        }
        if *failed > 0 { write!(f, ", {failed} failed") } else { Ok(()) }
    }
}

/// Counts the finished items of one run.
pub(crate) struct Tally {
    count: Mutex<Count>,
    total: Option<usize>,
}

struct Count {
    done: usize,
    failed: usize,
}

impl Tally {
    pub(crate) fn new(total: Option<usize>) -> Self {
        Self { count: Mutex::new(Count { done: 0, failed: 0 }), total }
    }

    /// One more is finished. `told` is called under the lock, so that it is told in order, and once at a time.
    pub(crate) fn add(&self, failed: bool, told: impl FnOnce(Progress)) {
        let mut count = lock(&self.count);
        count.done += 1;
        count.failed += usize::from(failed);
        told(Progress { done: count.done, failed: count.failed, total: self.total });
    }
}

/// What a pool does when an item is finished: nothing, or a call of a function.
pub trait OnProgress {
    /// The last item of `worker` is finished, with this result.
    fn finished<T, R: Outcome, P: Policy<R>>(&self, worker: &Worker<T, R, P>, result: &R);
}

impl OnProgress for () {
    #[inline]
    fn finished<T, R: Outcome, P: Policy<R>>(&self, _: &Worker<T, R, P>, _: &R) {}
}

impl<F: Fn(Progress)> OnProgress for F {
    fn finished<T, R: Outcome, P: Policy<R>>(&self, worker: &Worker<T, R, P>, result: &R) {
        worker.report(result, self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_reads_as_a_sentence() {
        assert_eq!(Progress { done: 1, failed: 0, total: Some(3) }.to_string(), "1 of 3");
        assert_eq!(Progress { done: 2, failed: 1, total: None }.to_string(), "2, 1 failed");
    }
}
