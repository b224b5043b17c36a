//! Panics that some code receives or catches fail no test.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{join_all, try_join_all};
use futures::stream::{FuturesUnordered, StreamExt};
use taskward::testing::receive_panic;
use taskward::{Context, TaskGroup, WorkerPool, cancel_test, race_test};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking, yield_now};
use tokio::time::timeout;

async fn goes_wrong() {
    yield_now().await;
    panic!("it goes wrong");
}

fn spawn_somewhere_else() -> JoinHandle<()> {
    tokio::spawn(goes_wrong())
}

/// Waits until the spawned tasks have ended.
async fn wait() {
    for _ in 0..10 {
        yield_now().await;
    }
}

#[taskward::test]
async fn a_handle_that_is_awaited() {
    let task = tokio::spawn(goes_wrong());
    assert!(task.await.unwrap_err().is_panic());
    let mut task = tokio::spawn(goes_wrong());
    wait().await;
    assert!((&mut task).await.unwrap_err().is_panic());
    let task = spawn_somewhere_else();
    assert!(timeout(Duration::from_secs(1), task).await.unwrap().unwrap_err().is_panic());
}

#[taskward::test]
async fn a_thread_that_is_awaited() {
    let thread = spawn_blocking(|| panic!("it goes wrong"));
    let joined: Result<(), _> = thread.await;
    assert!(joined.is_err());
}

struct Ready {
    value: u8,
}

impl IntoFuture for Ready {
    type Output = u8;
    type IntoFuture = std::future::Ready<u8>;

    fn into_future(self) -> Self::IntoFuture {
        std::future::ready(self.value)
    }
}

/// The awaited expression may be of any kind, in any place.
#[taskward::test]
async fn any_expression() {
    assert_eq!(Ready { value: 7 }.await, 7);
    let (left, right) = (Ready { value: 1 }, Ready { value: 2 });
    assert!(left.await + right.await == 3);
    async { Ready { value: 1 }.await == 1 }.await.then_some(()).unwrap();
}

#[taskward::test]
async fn a_handle_that_another_task_awaits() {
    let task = tokio::spawn(goes_wrong());
    let other = tokio::spawn(async move { task.await.is_err() });
    assert!(other.await.unwrap());
}

#[taskward::test]
async fn handles_in_macros() {
    let (one, other) = (tokio::spawn(goes_wrong()), tokio::spawn(goes_wrong()));
    wait().await;
    let (one, other) = tokio::join!(one, other);
    assert!(one.is_err() && other.is_err());
    let mut task = tokio::spawn(goes_wrong());
    wait().await;
    tokio::select! {
        joined = &mut task => assert!(joined.is_err()),
        () = std::future::pending() => {}
    }
}

#[taskward::test]
async fn handles_in_combinators() {
    let tasks: Vec<_> = (0..3).map(|_| tokio::spawn(goes_wrong())).collect();
    wait().await;
    assert!(join_all(tasks).await.iter().all(Result::is_err));
    let tasks: Vec<_> = (0..3).map(|_| tokio::spawn(goes_wrong())).collect();
    wait().await;
    assert!(try_join_all(tasks).await.is_err());
    let mut tasks: FuturesUnordered<_> = (0..3).map(|_| tokio::spawn(goes_wrong())).collect();
    while let Some(joined) = tasks.next().await {
        assert!(joined.is_err());
    }
}

#[taskward::test]
async fn a_set_that_is_joined() {
    let mut set = JoinSet::new();
    (0..3).for_each(|_| drop(set.spawn(goes_wrong())));
    assert!(set.join_next().await.unwrap().is_err());
    assert!(set.join_next_with_id().await.unwrap().is_err());
    while set.try_join_next().is_none() {
        yield_now().await;
    }
}

#[taskward::test]
async fn a_helper_that_joins_and_says_so() {
    async fn joins(task: JoinHandle<()>) {
        receive_panic(&task.await.unwrap_err());
    }
    joins(tokio::spawn(goes_wrong())).await;
}

#[taskward::test]
async fn caught_in_its_own_task() {
    async fn careful() -> bool {
        AssertUnwindSafe(goes_wrong()).catch_unwind().await.is_err()
    }
    fn spawn_careful() -> JoinHandle<bool> {
        tokio::spawn(careful())
    }
    fn spawn_careful_thread() -> JoinHandle<bool> {
        spawn_blocking(|| catch_unwind(|| panic!("it goes wrong")).is_err())
    }
    assert!(tokio::spawn(careful()).await.unwrap());
    // In tasks that the test does not track.
    let careful = spawn_careful();
    wait().await;
    assert!(careful.is_finished());
    drop(spawn_careful_thread());
}

#[taskward::test]
async fn a_group_that_is_joined(ctx: &Context) {
    let group = TaskGroup::<()>::new(ctx);
    (0..3).for_each(|_| drop(group.spawn(|_| goes_wrong())));
    assert!(AssertUnwindSafe(group.join()).catch_unwind().await.is_err());
}

#[taskward::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_whose_panic_is_caught(ctx: &Context) {
    let run = WorkerPool::new(2).run(ctx, 0..4, |_, _: i32| async {
        goes_wrong().await;
        Some(())
    });
    assert!(AssertUnwindSafe(run).catch_unwind().await.is_err());
}

#[taskward::test(panics = allow)]
async fn an_allowed_panic() {
    drop(tokio::spawn(goes_wrong()));
    drop(spawn_somewhere_else());
    wait().await;
}

#[taskward::test]
async fn a_thread_of_its_own_with_a_runtime() {
    let thread = thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { tokio::spawn(goes_wrong()).await.is_err() })
    });
    assert!(thread.join().unwrap());
}

#[race_test]
async fn race_a_handle_that_is_awaited() {
    let (one, other) = (tokio::spawn(goes_wrong()), spawn_somewhere_else());
    assert!(one.await.unwrap_err().is_panic());
    assert!(other.await.unwrap_err().is_panic());
}

#[race_test(panics = allow)]
async fn race_an_allowed_panic() {
    drop(tokio::spawn(goes_wrong()));
    wait().await;
}

#[cancel_test(panics = allow)]
async fn cancel_an_allowed_panic() {
    drop(tokio::spawn(goes_wrong()));
    _ = cancellable(wait()).await;
}

#[taskward::test]
#[should_panic(expected = "as it should")]
async fn should_panic_and_nothing_else() {
    let task = tokio::spawn(goes_wrong());
    assert!(task.await.is_err());
    panic!("as it should");
}

#[taskward::test(start_paused = true)]
#[should_panic(expected = "has ended, and this has not")]
async fn should_panic_that_names_the_leak() {
    tokio::spawn(std::future::pending::<()>());
}
