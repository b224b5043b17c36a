//! The reaction of a pool to a finished item.

use super::output::Policy;
use super::progress::Progress;
use super::worker::Worker;
use crate::outcome::Outcome;

/// No reaction, or a call of a function.
pub trait OnProgress {
    /// Called when the last item of `worker` has finished with `result`.
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
