//! The progress function is called after each finished item.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use futures::{FutureExt, StreamExt, stream};
use taskward::{Context, ContextError, Progress, WorkerPool, worker_pool};

type Log = Arc<Mutex<Vec<(usize, usize, Option<usize>)>>>;

fn log() -> (Log, impl Fn(Progress) + Clone + Send + Sync + 'static) {
    let log = Log::default();
    let writer = log.clone();
    (log, move |progress: Progress| {
        writer.lock().unwrap().push((progress.done, progress.failed, progress.total));
    })
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_says_one_more_than_the_one_before() {
    let (log, write) = log();
    WorkerPool::new(8).progress(write).run(&Context::background(), 0..1000, |_, n: u32| async move { Some(n) }).await;
    let expected: Vec<_> = (1..=1000).map(|done| (done, 0, Some(1000))).collect();
    assert_eq!(*log.lock().unwrap(), expected);
}

#[crate::watched::test]
async fn failures_are_counted_and_are_done() {
    let odd = |_: &Context, n: u32| (n % 2 == 1).then_some(n);
    let ctx = Context::background();
    let (seen, write) = log();
    WorkerPool::new(2).progress(write).collect().run_blocking(&ctx, 0..4, odd).await;
    assert_eq!(seen.lock().unwrap().last(), Some(&(4, 2, Some(4))));
    let (seen, write) = log();
    WorkerPool::new(1).progress(write).run_blocking(&ctx, 1..4, odd).await;
    assert_eq!(*seen.lock().unwrap(), [(1, 0, Some(3)), (2, 1, Some(3))], "the failure is the last");
}

#[crate::watched::test]
async fn an_interrupted_item_is_not_finished() {
    let (ctx, canceller) = Context::background().with_cancel();
    let canceller = Arc::new(canceller);
    let (seen, write) = log();
    let results = WorkerPool::new(1).progress(write).collect().run(&ctx, 0..9, move |_, n: u32| {
        let canceller = canceller.clone();
        async move {
            if n == 2 {
                canceller.cancel();
            }
            tokio::task::yield_now().await;
            Some(n)
        }
    });
    assert_eq!(results.await.into_iter().flatten().count(), 2);
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[crate::watched::test]
async fn a_streams_total_is_known_if_the_stream_knows_it() {
    let call = |_: Context, n: u32| async move { Some(n) };
    let ctx = Context::background();
    let (seen, write) = log();
    let pool = WorkerPool::new(2).progress(write);
    assert_eq!(pool.clone().stream(&ctx, stream::iter(0..3), call).count().await, 3);
    assert_eq!(pool.stream(&ctx, stream::iter(0..3).filter(|_| async { true }), call).count().await, 3);
    let expected = [Some(3), None].map(|total| [1, 2, 3].map(|done| (done, 0, total)));
    assert_eq!(*seen.lock().unwrap(), expected.as_flattened());
}

#[crate::watched::test]
async fn a_progress_that_panics_is_a_call_that_panics() {
    let ctx = Context::background();
    let pool = WorkerPool::new(2).progress(|progress| assert!(progress.done < 3, "no more progress"));
    let run = pool.run(&ctx, 0..9, |_, n: u32| async move { Some(n) });
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert_eq!(*payload.downcast::<&str>().unwrap(), "no more progress");
    let run = pool.run_local(&ctx, 0..9, |_, n: u32| async move { Some(n) });
    assert!(AssertUnwindSafe(run).catch_unwind().await.is_err());
}

#[crate::watched::test]
async fn a_local_progress_may_borrow() {
    let done = Cell::new(0);
    let pool = WorkerPool::new(2).progress(|progress| done.set(progress.done));
    pool.run_local(&Context::background(), 0..9, |_, _: u32| async {}).await;
    assert_eq!(done.get(), 9);
}

static SEEN: Mutex<Vec<Progress>> = Mutex::new(Vec::new());

fn note(progress: Progress) {
    SEEN.lock().unwrap().push(progress);
}

#[worker_pool(workers = 2, progress = note)]
async fn by_path(_ctx: &Context, n: u32) -> Result<u32, ContextError> {
    Ok(n)
}

#[worker_pool(workers = 2, progress = told)]
async fn by_parameter(_ctx: &Context, n: u32, told: Arc<dyn Fn(Progress) + Send + Sync>) -> Option<u32> {
    Some(n)
}

#[worker_pool(workers = 2, progress = |progress| told.lock().unwrap().push((progress.done, 0, progress.total)))]
async fn by_closure(_ctx: &Context, n: u32, told: Log) -> Option<u32> {
    Some(n)
}

struct Bar(Cell<usize>);

impl Bar {
    #[worker_pool(workers = 2, local, progress = |progress| self.tick(progress))]
    async fn by_method(&self, _ctx: &Context, _n: u32) {}

    #[worker_pool(workers = 2, progress = Self::ignore)]
    async fn by_associated(_ctx: &Context, _n: u32) {}

    fn tick(&self, progress: Progress) {
        self.0.set(progress.done);
    }

    fn ignore(_: Progress) {}
}

#[crate::watched::test]
async fn the_attribute_takes_a_path_a_parameter_or_a_closure() {
    let ctx = Context::background();
    by_path_all(&ctx, 0..3).await.unwrap();
    let last = *SEEN.lock().unwrap().last().unwrap();
    assert_eq!((last.done, last.failed, last.total), (3, 0, Some(3)));
    let (seen, write) = log();
    by_parameter_all(&ctx, 0..3, Arc::new(write)).await.unwrap();
    by_closure_all(&ctx, 0..3, seen.clone()).await.unwrap();
    let thrice = [1, 2, 3].map(|done| (done, 0, Some(3)));
    assert_eq!(*seen.lock().unwrap(), [thrice, thrice].as_flattened());
    let bar = Bar(Cell::new(0));
    bar.by_method_all(&ctx, 0..3).await;
    assert_eq!(bar.0.get(), 3);
    Bar::by_associated_all(&ctx, 0..3).await;
}
