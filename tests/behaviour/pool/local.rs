//! Workers that share the caller's task.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use taskward::{Context, ContextError, WorkerPool, worker_pool};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::support::{Census, Wakes, poll};

const MILLI: Duration = Duration::from_millis(1);

#[crate::watched::test(start_paused = true)]
async fn calls_borrow_and_wait_at_the_same_time() {
    let words = vec![String::from("one"), String::from("three")];
    let total = Cell::new(0);
    let start = Instant::now();
    let lengths = WorkerPool::new(8)
        .run_local(&Context::background(), &words, async |_, word: &String| {
            sleep(MILLI).await;
            total.set(total.get() + word.len());
            Ok::<_, ContextError>(word.as_str())
        })
        .await
        .unwrap();
    assert_eq!(lengths, ["one", "three"]);
    assert_eq!((total.get(), start.elapsed()), (8, MILLI));
}

#[crate::watched::test(start_paused = true)]
async fn no_more_calls_run_at_a_time_than_there_are_workers() {
    let (running, most) = (Cell::new(0), Cell::new(0));
    WorkerPool::new(3)
        .run_local(&Context::background(), 0..30, async |_, _: u8| {
            running.set(running.get() + 1);
            most.set(most.get().max(running.get()));
            sleep(MILLI).await;
            running.set(running.get() - 1);
        })
        .await;
    assert_eq!(most.get(), 3);
}

#[test]
fn a_local_pool_needs_no_runtime() {
    let outputs =
        futures::executor::block_on(
            WorkerPool::new(2).run_local(&Context::background(), 0..3, async |_, n: u8| Some(n)),
        );
    assert_eq!(outputs, Some(vec![0, 1, 2]));
}

#[crate::watched::test(start_paused = true)]
async fn the_first_error_drops_the_other_calls_at_once() {
    let census = Census::default();
    let start = Instant::now();
    let error: Result<Vec<()>, ContextError> = WorkerPool::new(4)
        .run_local(&Context::background(), 0..100, |_, n: u32| {
            let alive = census.enter();
            async move {
                let _alive = alive;
                if n == 2 {
                    sleep(MILLI).await;
                    return Err(Context::background().with_timeout(Duration::ZERO).check().unwrap_err());
                }
                pending().await
            }
        })
        .await;
    assert!(error.is_err());
    assert_eq!((census.alive(), start.elapsed()), (0, MILLI));
}

#[crate::watched::test(start_paused = true)]
async fn a_panic_a_deadline_and_a_dropped_caller_leave_nothing() {
    let census = Census::default();
    let stuck = |_: Context, n: u32| {
        let alive = census.enter();
        async move {
            let _alive = alive;
            sleep(MILLI).await;
            assert!(n != 3, "three");
            pending::<Option<()>>().await
        }
    };
    let ctx = Context::background();
    let payload = AssertUnwindSafe(WorkerPool::new(4).run_local(&ctx, 0..9, stuck)).catch_unwind().await.unwrap_err();
    assert_eq!((*payload.downcast::<&str>().unwrap(), census.alive()), ("three", 0));
    let limited = ctx.with_timeout(2 * MILLI);
    assert_eq!((WorkerPool::new(2).run_local(&limited, 0..2, stuck).await, census.alive()), (None, 0));
    let results = WorkerPool::new(2).collect().run_local(&ctx.with_timeout(2 * MILLI), 0..3, stuck).await;
    assert_eq!((results, census.alive()), (vec![None; 3], 0));
    assert!(tokio::time::timeout(MILLI / 2, WorkerPool::new(2).run_local(&ctx, 0..9, stuck)).await.is_err());
    assert_eq!(census.alive(), 0);
}

/// Each wake-up polls one call only.
#[crate::watched::test]
async fn only_the_woken_are_polled() {
    const CALLS: usize = 20;
    let polls = Cell::new(0);
    let wakers: Vec<Notify> = (0..CALLS).map(|_| Notify::new()).collect();
    let ctx = Context::background();
    let mut run = pin!(WorkerPool::new(CALLS).run_local(&ctx, &wakers, async |_, woken: &Notify| {
        let mut woken = pin!(woken.notified());
        poll_fn(|task| {
            polls.set(polls.get() + 1);
            woken.as_mut().poll(task)
        })
        .await;
    }));
    let (wakes, waker) = Wakes::new();
    assert!(poll(run.as_mut(), &waker).is_pending());
    assert_eq!(polls.get(), CALLS);
    for waiting in &wakers[..CALLS - 1] {
        waiting.notify_one();
        assert!(poll(run.as_mut(), &waker).is_pending());
    }
    assert_eq!((polls.get(), wakes.count()), (2 * CALLS - 1, CALLS - 1));
    wakers[CALLS - 1].notify_one();
    assert!(poll(run.as_mut(), &waker).is_ready());
}

#[crate::watched::test]
async fn cheap_items_let_other_tasks_run() {
    let other = Arc::new(AtomicUsize::new(0));
    let turns = other.clone();
    let ticking = tokio::spawn(async move {
        loop {
            turns.fetch_add(1, SeqCst);
            tokio::task::yield_now().await;
        }
    });
    WorkerPool::new(2).run_local(&Context::background(), 0..1_000_000_u32, async |_, _| {}).await;
    ticking.abort();
    assert!(other.load(SeqCst) > 2, "{other:?} turns");
}

/// A call that is always ready again does not starve the others.
#[crate::watched::test]
async fn a_call_that_wakes_itself_leaves_the_others_their_turn() {
    let done = Cell::new(false);
    WorkerPool::new(2)
        .run_local(&Context::background(), [true, false], async |_, spins| {
            if spins {
                poll_fn(|task| {
                    task.waker().wake_by_ref();
                    if done.get() { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
            } else {
                tokio::task::yield_now().await;
                done.set(true);
            }
        })
        .await;
}

#[worker_pool(local, workers = 3)]
async fn find(ctx: &Context, word: &str, seen: &RefCell<Vec<String>>, suffix: Rc<str>) -> Result<usize, ContextError> {
    ctx.checkpoint().await?;
    seen.borrow_mut().push(format!("{word}{suffix}"));
    Ok(word.len())
}

struct Service {
    calls: Cell<u32>,
}

impl Service {
    #[worker_pool(local, workers = 2, on_error = collect, order = completion)]
    async fn count(&self, ctx: &Context, item: &mut u32) -> Result<u32, ContextError> {
        ctx.checkpoint().await?;
        self.calls.set(self.calls.get() + 1);
        *item += 1;
        Ok(*item)
    }

    #[worker_pool(local)]
    async fn shared(self: Rc<Self>, ctx: &Context, item: u32) -> Option<u32> {
        ctx.checkpoint().await.ok()?;
        Some(item + self.calls.get())
    }

    #[worker_pool(local, workers = 2)]
    async fn borrowed<'a>(&'a self, _ctx: &Context, item: &'a str) -> Option<&'a str> {
        Some(&item[..1.min(item.len())])
    }
}

#[crate::watched::test]
async fn the_attribute_borrows_parameters_items_and_self() {
    let ctx = Context::background();
    let (text, seen) = (String::from("a bc"), RefCell::default());
    assert_eq!(find_all(&ctx, text.split(' '), &seen, "!".into()).await.unwrap(), [1, 2]);
    assert_eq!(seen.into_inner().len(), 2);
    let service = Service { calls: Cell::new(0) };
    let mut items = [1, 2, 3];
    assert_eq!(service.count_all(&ctx, &mut items).await.into_iter().flatten().sum::<u32>(), 9);
    assert_eq!((items, service.calls.get()), ([2, 3, 4], 3));
    assert_eq!(service.borrowed_all(&ctx, text.split(' ')).await, Some(vec!["a", "b"]));
    assert_eq!(Rc::new(service).shared_all(&ctx, 0..2).await, Some(vec![3, 4]));
}

/// The future is `Send` if its parts are, so it can be part of a task.
#[crate::watched::test]
async fn a_local_pool_is_send_if_its_parts_are() {
    #[worker_pool(local, workers = 2)]
    async fn twice(ctx: &Context, item: &u32) -> Option<u32> {
        ctx.checkpoint().await.ok()?;
        Some(2 * item)
    }
    let task = tokio::spawn(async { twice_all(&Context::background(), &[1, 2]).await });
    assert_eq!(task.await.unwrap(), Some(vec![2, 4]));
}

/// Workers in the caller's task start with the items, like all others.
#[crate::watched::test]
async fn a_local_stream_starts_no_more_workers_than_it_has_items() {
    let pool = WorkerPool::new(usize::MAX);
    let doubled = pool.stream_local(&Context::background(), stream::iter(0..3), async |_, n: u8| Some(2 * n));
    assert_eq!(doubled.collect::<Vec<_>>().await, [Some(0), Some(2), Some(4)]);
}
