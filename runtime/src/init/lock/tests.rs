use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::thread;

use futures::future::{FutureExt, join, poll_fn};
use futures::poll;
use tokio::task::yield_now;

use super::{InitGuard, InitLock, Place};

const A: Place = Place::of_function("a");
const B: Place = Place::of_function("b");
const C: Place = Place::of_function("c");

async fn take(lock: &InitLock, place: Place) -> InitGuard<'_> {
    lock.lock(place).await.expect("the lock is not closed")
}

/// Polls `work` as the initializer.
async fn drive<F: Future>(guard: &InitGuard<'_>, work: F) -> F::Output {
    let mut work = std::pin::pin!(work);
    poll_fn(|task| guard.run(|| work.as_mut().poll(task))).await
}

/// Returns the message of the future's panic.
async fn panic_of<T>(future: impl Future<Output = T>) -> String {
    let panicked = AssertUnwindSafe(future).catch_unwind().await.err().expect("it panics");
    match panicked.downcast::<String>() {
        Ok(message) => *message,
        Err(panicked) => (*panicked.downcast::<&str>().expect("its message")).to_owned(),
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[tokio::test]
async fn the_lock_goes_round_in_the_order_of_asking() {
    let lock = InitLock::new();
    let first = take(&lock, A).await;
    let order = Mutex::new(Vec::new());
    let ask = async |number: u8| {
        let _holder = take(&lock, A).await;
        order.lock().unwrap().push(number);
        yield_now().await;
    };
    let (one, two, three) = (ask(1), ask(2), ask(3));
    tokio::pin!(one, two, three);
    assert!(poll!(&mut two).is_pending() && poll!(&mut one).is_pending() && poll!(&mut three).is_pending());
    drop(first);
    join(one, join(two, three)).await;
    assert_eq!(*order.lock().unwrap(), [2, 1, 3]);
}

#[tokio::test]
async fn who_gives_up_is_left_out() {
    let lock = InitLock::new();
    let first = take(&lock, A).await;
    let mut given_up = Box::pin(lock.lock(A));
    let mut next = Box::pin(lock.lock(A));
    assert!(poll!(&mut given_up).is_pending() && poll!(&mut next).is_pending());
    drop(first);
    // The lock was passed to it, and it has not been polled since.
    drop(given_up);
    assert!(poll!(&mut next).is_ready());
}

#[tokio::test]
async fn a_panic_passes_the_lock_on() {
    let lock = InitLock::new();
    let panicking = async {
        let holder = take(&lock, A).await;
        drive(&holder, async { panic!("no") }).await
    };
    assert!(AssertUnwindSafe(panicking).catch_unwind().await.is_err());
    assert!(lock.lock(A).now_or_never().is_some());
}

#[tokio::test]
async fn once_closed_all_go_away() {
    let lock = InitLock::new();
    let holder = take(&lock, A).await;
    let mut waiting = [Box::pin(lock.lock(A)), Box::pin(lock.lock(A))];
    for waiting in &mut waiting {
        assert!(poll!(waiting).is_pending());
    }
    holder.close();
    for waiting in waiting {
        assert!(waiting.now_or_never().expect("it was woken").is_none());
    }
    assert!(lock.blocking_lock(A).is_none());
}

#[test]
fn threads_and_tasks_share_the_lock() {
    let lock = InitLock::new();
    let (inside, rounds) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let enter = || {
        assert_eq!(inside.fetch_add(1, SeqCst), 0, "one at a time");
        rounds.fetch_add(1, SeqCst);
        thread::yield_now();
        inside.fetch_sub(1, SeqCst);
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let _holder = lock.blocking_lock(A);
                    enter();
                }
            });
            scope.spawn(|| {
                block_on(async {
                    for _ in 0..100 {
                        let _holder = take(&lock, A).await;
                        enter();
                    }
                });
            });
        }
    });
    assert_eq!(rounds.into_inner(), 400);
}

#[tokio::test]
async fn a_thread_that_must_not_block_does_not_wait_for_a_task() {
    let lock = InitLock::new();
    let holder = take(&lock, A).await;
    assert!(
        panic_of(async { drop(lock.blocking_lock(A)) }).await.contains("Cannot start a runtime from within a runtime")
    );
    drop(holder);
    assert!(lock.blocking_lock(A).is_some(), "nothing to wait for");
}

#[tokio::test]
async fn what_needs_itself_panics() {
    let lock = InitLock::new();
    let holder = take(&lock, A).await;
    let message = panic_of(drive(&holder, async { drop(take(&lock, A).await) })).await;
    assert_eq!(message, format!("recursive initialisation: {A} needs itself"));
    let message = panic_of(async { holder.run(|| drop(lock.blocking_lock(A))) }).await;
    assert_eq!(message, format!("recursive initialisation: {A} needs itself"));
}

#[test]
fn a_thread_that_needs_itself_panics() {
    let lock = InitLock::new();
    let holder = lock.blocking_lock(A).unwrap();
    let recursion = AssertUnwindSafe(|| holder.run(|| drop(lock.blocking_lock(A))));
    let panicked = std::panic::catch_unwind(recursion).expect_err("it panics");
    assert!(panicked.downcast::<String>().unwrap().ends_with("needs itself"));
}

#[tokio::test]
async fn what_needs_itself_by_way_of_others_panics() {
    let (a, b, c) = (InitLock::new(), InitLock::new(), InitLock::new());
    let holder = take(&a, A).await;
    let through = drive(&holder, async {
        let holder = take(&b, B).await;
        let inner = drive(&holder, async {
            let holder = take(&c, C).await;
            drive(&holder, async { drop(take(&a, A).await) }).await;
        });
        inner.await;
    });
    let message = panic_of(through).await;
    assert_eq!(message, format!("recursive initialisation: {A} needs {B}, which needs {C}, which needs `a`"));
}

/// In two tasks, neither of which needs a lock that it holds itself.
#[tokio::test]
async fn two_that_wait_for_each_other_panic() {
    let (a, b) = (InitLock::new(), InitLock::new());
    let (of_a, of_b) = (take(&a, A).await, take(&b, B).await);
    let mut one = Box::pin(drive(&of_a, async { drop(take(&b, B).await) }));
    assert!(poll!(&mut one).is_pending());
    let message = panic_of(drive(&of_b, async { drop(take(&a, A).await) })).await;
    assert_eq!(message, format!("recursive initialisation: {B} needs {A}, which needs `b`"));
    drop(of_b);
    assert!(poll!(&mut one).is_ready(), "the other one has what it waited for");
}

#[tokio::test]
async fn a_longer_cycle_is_told_in_order() {
    let (a, b, c) = (InitLock::new(), InitLock::new(), InitLock::new());
    let [of_a, of_b, of_c] = [take(&a, A).await, take(&b, B).await, take(&c, C).await];
    let mut one = Box::pin(drive(&of_a, async { drop(take(&b, B).await) }));
    let mut two = Box::pin(drive(&of_b, async { drop(take(&c, C).await) }));
    assert!(poll!(&mut one).is_pending() && poll!(&mut two).is_pending());
    let message = panic_of(drive(&of_c, async { drop(take(&a, A).await) })).await;
    assert_eq!(message, format!("recursive initialisation: {C} needs {A}, which needs {B}, which needs `c`"));
}

#[tokio::test]
async fn what_needs_the_same_twice_is_no_cycle() {
    let (a, b, c) = (InitLock::new(), InitLock::new(), InitLock::new());
    let (of_a, of_b, of_c) = (take(&a, A).await, take(&b, B).await, take(&c, C).await);
    let mut one = Box::pin(drive(&of_a, async { drop(take(&c, C).await) }));
    let mut two = Box::pin(drive(&of_b, async { drop(take(&c, C).await) }));
    assert!(poll!(&mut one).is_pending() && poll!(&mut two).is_pending());
    drop(of_c);
    assert!(poll!(&mut one).is_ready() && poll!(&mut two).is_ready());
}

/// A wait moved out of the work it began in, which has ended since.
#[tokio::test]
async fn a_wait_that_outlives_its_holder_keeps_nobody_waiting() {
    let (a, b) = (InitLock::new(), InitLock::new());
    let (of_a, of_b) = (take(&a, A).await, take(&b, B).await);
    let mut carried = Box::pin(b.lock(B));
    let in_work = drive(&of_a, poll_fn(|task| Poll::Ready(carried.as_mut().poll(task).is_pending())));
    assert!(in_work.await);
    drop(of_a);
    let of_a = drive(&of_b, take(&a, A)).await;
    drop((of_b, of_a));
    assert!(poll!(carried).is_ready());
}

/// Many pairs of threads: every pair finishes, and none hangs.
#[test]
fn no_two_threads_hang() {
    for _ in 0..200 {
        let (a, b) = (InitLock::new(), InitLock::new());
        let need = |own: &InitLock, other: &InitLock, place| {
            let holder = own.blocking_lock(place).unwrap();
            let work = AssertUnwindSafe(|| holder.run(|| drop(other.blocking_lock(place))));
            std::panic::catch_unwind(work).is_err()
        };
        let panicked = thread::scope(|scope| {
            let one = scope.spawn(|| need(&a, &b, A));
            let other = scope.spawn(|| need(&b, &a, B));
            [one.join().unwrap(), other.join().unwrap()]
        });
        assert_ne!(panicked, [true, true], "one of them gets what it needs");
    }
}
