//! Allocations of a call: none while it does not wait, and at most two while it waits. Heap of a
//! live task, compared with one of a `JoinSet`.

use std::future::{Future, pending, ready};
use std::pin::{Pin, pin};
use std::task::{Context as Task, Waker};
use std::time::Duration;

use dhat::HeapStats;
use taskward::{Context, ContextError, TaskGroup, cancellable, with_timeout};
use tokio::task::JoinSet;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const CALLS: u32 = 10_000;

type Answer = Result<(), ContextError>;
type Boxed<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

#[cancellable]
async fn cancelled(_ctx: &Context, waits: bool) -> Answer {
    if waits { pending().await } else { ready(Ok(())).await }
}

#[with_timeout("5s")]
async fn limited(_ctx: &Context, waits: bool) -> Answer {
    if waits { pending().await } else { ready(Ok(())).await }
}

#[with_timeout("5s")]
async fn limited_without_context(waits: bool) -> Answer {
    if waits { pending().await } else { ready(Ok(())).await }
}

async fn tokio_timeout(waits: bool) -> Answer {
    let body = async { if waits { pending().await } else { ready(Ok(())).await } };
    tokio::time::timeout(Duration::from_secs(5), body).await.expect("it is in time")
}

fn poll(call: Pin<&mut (impl Future<Output = Answer> + ?Sized)>) -> bool {
    call.poll(&mut Task::from_waker(Waker::noop())).is_ready()
}

/// Polls calls that wait. Returns the bytes and the allocations of each, without its future.
fn waiting<'a>(make: impl Fn() -> Boxed<'a>) -> (u64, f64) {
    let mut calls: Vec<Boxed<'a>> = (0..CALLS).map(|_| make()).collect();
    let before = HeapStats::get();
    for call in &mut calls {
        assert!(!poll(call.as_mut()));
    }
    let after = HeapStats::get();
    let bytes = (after.curr_bytes - before.curr_bytes) / CALLS as usize;
    let blocks = u32::try_from(after.total_blocks - before.total_blocks).expect("it is small");
    (bytes as u64, f64::from(blocks) / f64::from(CALLS))
}

/// Polls calls that are ready. Returns the number of allocations of all calls.
fn ready_at_once<F: Future<Output = Answer>>(make: impl Fn() -> F) -> u64 {
    // The first call allocates memory that the thread keeps.
    assert!(poll(pin!(make())));
    let before = HeapStats::get().total_blocks;
    for _ in 0..CALLS {
        assert!(poll(pin!(make())));
    }
    HeapStats::get().total_blocks - before
}

/// Returns the bytes and the allocations of each of the tasks that `spawn` starts and that wait.
async fn live_task(mut spawn: impl FnMut()) -> (u64, f64) {
    // The first tasks allocate memory that the runtime keeps.
    spawn();
    tokio::task::yield_now().await;
    let before = HeapStats::get();
    for _ in 0..CALLS {
        spawn();
        tokio::task::yield_now().await;
    }
    let after = HeapStats::get();
    let bytes = (after.curr_bytes - before.curr_bytes) / CALLS as usize;
    let blocks = u32::try_from(after.curr_blocks - before.curr_blocks).expect("it is small");
    (bytes as u64, f64::from(blocks) / f64::from(CALLS))
}

/// Runs without libtest, whose threads would be counted.
fn main() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _entered = runtime.enter();
    let (ctx, _canceller) = Context::background().with_cancel();

    assert_eq!(ready_at_once(|| cancelled(&ctx, false)), 0);
    assert_eq!(ready_at_once(|| limited(&ctx, false)), 0);
    assert_eq!(ready_at_once(|| limited_without_context(false)), 0);

    let rows = [
        ("tokio::time::timeout", waiting(|| Box::pin(tokio_timeout(true)))),
        ("#[cancellable]", waiting(|| Box::pin(cancelled(&ctx, true)))),
        ("#[with_timeout]", waiting(|| Box::pin(limited_without_context(true)))),
        ("#[with_timeout] with a context", waiting(|| Box::pin(limited(&ctx, true)))),
    ];
    for (name, (bytes, allocations)) in rows {
        println!("{name}: {bytes} bytes in {allocations:.2} allocations, beside the future");
    }
    for (name, (bytes, allocations)) in &rows[1..] {
        assert!(*bytes <= 200 && *allocations <= 2.0, "{name}: {bytes} bytes in {allocations} allocations");
    }

    let mut set = JoinSet::new();
    let of_set = runtime.block_on(live_task(|| drop(set.spawn(pending::<()>()))));
    let group = TaskGroup::<()>::new(&ctx);
    let of_group = runtime.block_on(live_task(|| drop(group.spawn(|_| pending()))));
    for (name, (bytes, allocations)) in [("JoinSet", of_set), ("TaskGroup", of_group)] {
        println!("{name}: {bytes} bytes in {allocations:.2} allocations for a live task");
    }
    // With all features: a task is then asked where it waits, and belongs to a test.
    assert!(of_group.0 <= 660 && of_group.1 <= 3.2, "{of_group:?}");
}
