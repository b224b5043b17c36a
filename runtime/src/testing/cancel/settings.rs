//! The settings of a cancel test.

use std::future::Future;
use std::panic::Location;

use super::replay::parse;
use super::report::CancelReport;
use super::search::Search;
use super::way::Cancellation;
use crate::context::Context;
use crate::testing::explore::{Common, TestName, replay, setters};
use crate::testing::output::TestOutput;

/// Runs an async body many times, and each time cancels a future marked as
/// [`cancellable`](super::cancellable()) at another place.
///
/// The engine of [`#[taskward::cancel_test]`](macro@crate::cancel_test), whose page describes the
/// search. For tests that inspect the [`CancelReport`] or create the body at run time.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use taskward::testing::{CancelTest, cancellable};
/// use tokio::sync::{Mutex as AsyncMutex, mpsc};
///
/// /// Takes an item out of the queue, and then has to wait to store it.
/// async fn store_next(queue: &mut mpsc::Receiver<u8>, stored: &AsyncMutex<Vec<u8>>) {
///     if let Some(item) = queue.recv().await {
///         stored.lock().await.push(item);
///     }
/// }
///
/// let report = CancelTest::new().explore(|_ctx| async {
///     let (items, mut queue) = mpsc::channel(1);
///     let stored = AsyncMutex::new(Vec::new());
///     items.send(7).await.unwrap();
///     if cancellable(store_next(&mut queue, &stored)).await.is_none() {
///         drop(items);
///         store_next(&mut queue, &stored).await;
///     }
///     assert_eq!(*stored.lock().await, [7], "an item is lost");
/// });
/// assert!(report.failures()[0].to_string().contains("an item is lost"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is cancelled until `explore` is called"]
pub struct CancelTest {
    pub(super) common: Common,
    pub(super) max_points: u32,
    pub(super) forces: bool,
    pub(super) ways: Vec<Cancellation>,
}

impl Default for CancelTest {
    fn default() -> Self {
        Self::new()
    }
}

impl CancelTest {
    /// Creates a test of up to 1000 suspensions, for at most a minute.
    pub fn new() -> Self {
        Self { common: Common::new(), max_points: 1000, forces: true, ways: Cancellation::DROP.into() }
    }

    setters!("point");

    /// Sets the maximum number of suspensions to try, each in every way. Defaults to 1000. If
    /// there are more, the tried ones are spread evenly.
    ///
    /// # Panics
    ///
    /// If `points` is 0.
    #[track_caller]
    pub fn max_points(mut self, points: u32) -> Self {
        assert!(points > 0, "`max_points` is 0: this test cancels nothing, so it always passes");
        self.max_points = points;
        self
    }

    /// Sets the ways to cancel at each suspension. Defaults to
    /// [dropping the future](Cancellation::DROP).
    ///
    /// The [ways that end the context](Cancellation::CONTEXT) end the context passed to the body,
    /// and the future goes on: a [shield](crate::Context::shield) or a grace completes, and the
    /// rest is interrupted.
    ///
    /// ```
    /// use taskward::testing::{CancelTest, Cancellation, cancellable};
    /// use tokio::sync::{Mutex, mpsc};
    ///
    /// CancelTest::new().by(Cancellation::CONTEXT).explore(|ctx| async move {
    ///     let (items, mut queue) = mpsc::channel(1);
    ///     let stored = Mutex::new(Vec::new());
    ///     items.send(7).await.unwrap();
    ///     drop(items);
    ///     let store_next = async {
    ///         // The context ends before an item is taken, or after it has been stored.
    ///         let Some(item) = queue.recv().await else { return };
    ///         ctx.shield(async { stored.lock().await.push(item) }).await;
    ///     };
    ///     _ = cancellable(ctx.run(store_next)).await;
    ///     let left = queue.recv().await;
    ///     assert_eq!(stored.lock().await.len() + usize::from(left.is_some()), 1);
    /// }).unwrap();
    /// ```
    ///
    /// # Panics
    ///
    /// If `ways` is empty.
    #[track_caller]
    pub fn by(mut self, ways: impl IntoIterator<Item = Cancellation>) -> Self {
        self.ways = ways.into_iter().collect();
        assert!(!self.ways.is_empty(), "`by` is empty: this test cancels nothing, so it always passes");
        self
    }

    /// Cancels only where the future has to wait, and not at operations that are ready at once.
    /// Faster, and finds less.
    ///
    /// ```
    /// use taskward::testing::{CancelTest, cancellable};
    ///
    /// let test = CancelTest::new().natural().max_points(10);
    /// test.explore(|_| async {
    ///     cancellable(tokio::task::yield_now()).await;
    /// })
    /// .unwrap();
    /// ```
    pub fn natural(mut self) -> Self {
        self.forces = false;
        self
    }

    /// Runs `body` once without a cancellation, and then once for each suspension and way.
    ///
    /// The context ends with each run. If the environment variable `TASKWARD_REPLAY` is set, only
    /// that point is run.
    ///
    /// # Panics
    ///
    /// If `TASKWARD_REPLAY` is invalid or belongs to another test, or if the system cannot create
    /// a thread.
    #[track_caller]
    pub fn explore<F, B>(&self, body: B) -> CancelReport
    where
        B: Fn(Context) -> F + Send + 'static,
        F: Future<Output: TestOutput> + 'static,
    {
        let name = self.common.name(Location::caller());
        let replay = replay::wanted(None, |written| parse(written, &name));
        let settings = self.clone();
        let explored = self.common.explore(&name, body, move |runs| Search::new(&settings, runs).go(replay));
        explored.unwrap_or_else(|stuck| CancelReport::of_stuck(name, self.ways.clone(), &stuck))
    }
}
