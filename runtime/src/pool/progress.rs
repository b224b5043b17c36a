//! The progress of a run.

use crate::sync::{Mutex, lock};

/// The state of a pool's run, passed to `progress` after each finished item.
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
/// # async fn main() {
/// #     let lengths = length_all(&Context::background(), ["a", "b", "c"]).await;
/// #     assert_eq!(lengths.unwrap(), [1, 1, 1]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Progress {
    /// The number of finished items, including failed ones.
    pub done: usize,
    /// The number of failed items, which returned an error or `None`.
    pub failed: usize,
    /// The number of items, if known. Unknown for most streams and for endless iterators.
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

    /// Counts a finished item. Calls `report` under the lock, so that calls are ordered and never
    /// overlap.
    pub(crate) fn add(&self, failed: bool, report: impl FnOnce(Progress)) {
        let mut count = lock(&self.count);
        count.done += 1;
        count.failed += usize::from(failed);
        report(Progress { done: count.done, failed: count.failed, total: self.total });
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
