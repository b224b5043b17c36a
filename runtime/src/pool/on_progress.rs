//! What a pool does when an item is finished.

use super::output::Policy;
use super::progress::Progress;
use super::worker::Worker;
use crate::outcome::Outcome;

/// Nothing, or a call of a function.
pub trait OnProgress {
    /// The last item of `worker` is finished with this result.
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
