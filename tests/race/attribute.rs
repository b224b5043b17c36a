//! The options of the attribute.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use taskward::{Context, ContextError, TaskGroup, cancellable, race_test};
use tokio::task::{JoinSet, LocalSet, yield_now};
use tokio_util::sync::CancellationToken;

#[cancellable]
async fn work(ctx: &Context) -> Result<u8, ContextError> {
    ctx.checkpoint().await?;
    Ok(1)
}

#[race_test]
async fn a_context(ctx: Context) {
    assert!(matches!(work(&ctx).await, Ok(1)));
}

#[race_test]
async fn a_borrowed_context(ctx: &Context) -> Result<(), ContextError> {
    work(ctx).await?;
    Ok(())
}

#[race_test]
async fn a_token(token: CancellationToken) {
    yield_now().await;
    assert!(!token.is_cancelled());
}

#[race_test]
async fn a_context_that_nobody_needs(_: Context) {
    yield_now().await;
}

#[race_test]
#[should_panic(expected = "the body returned an error: \"broken\"")]
async fn an_error() -> Result<(), String> {
    yield_now().await;
    Err("broken".into())
}

#[race_test]
#[ignore = "fails on purpose, which shows that it is ignored: cargo test -p taskward-tests --all-features --test race -- --ignored --exact attribute::ignored"]
async fn ignored() {
    unreachable!();
}

#[race_test]
#[should_panic(expected = "and nobody has received the panic")]
async fn a_panic_in_a_detached_task() {
    drop(tokio::spawn(async { panic!("in a task that nobody waits for") }));
    yield_now().await;
}

#[race_test(panics = allow)]
async fn a_panic_that_is_allowed() {
    let task = tokio::spawn(async { panic!("allowed") });
    assert!(task.await.unwrap_err().is_panic());
}

#[race_test(runs = 50)]
async fn tasks_that_are_left_behind() {
    let never = std::future::pending::<()>();
    drop(tokio::spawn(never));
    yield_now().await;
}

#[race_test]
async fn spawns_of_every_kind(ctx: Context) {
    let count = Arc::new(AtomicUsize::new(0));
    let one = |count: &Arc<AtomicUsize>| {
        let count = count.clone();
        async move {
            yield_now().await;
            count.fetch_add(1, SeqCst);
        }
    };
    let mut set = JoinSet::new();
    set.spawn(one(&count));
    set.spawn_local(one(&count));
    let sets = &mut (set, ());
    sets.0.spawn(one(&count));
    let local = LocalSet::new();
    local.spawn_local(one(&count));
    tokio::task::spawn_local(one(&count)).await.unwrap();
    let handle = tokio::runtime::Handle::current();
    handle.spawn(one(&count)).await.unwrap();
    let group = TaskGroup::<()>::new(&ctx);
    _ = group.spawn({
        let count = count.clone();
        move |_ctx| one(&count)
    });
    group.join().await;
    local.await;
    while sets.0.join_next().await.is_some() {}
    assert_eq!(count.load(SeqCst), 7);
}

#[race_test]
async fn temporaries_live_as_long_as_the_statement() {
    async fn pick(text: &str) -> &str {
        yield_now().await;
        text
    }
    assert_eq!(pick(&String::from("text")).await.len(), 4);
    let length = pick(&String::from("text")).await.trim().len() + pick(pick(&String::from("text")).await).await.len();
    assert_eq!(length, 8);
}

#[race_test]
async fn macros_in_the_body() {
    let task = tokio::spawn(async { 7 });
    assert_eq!(task.await.unwrap(), 7, "{:?}", yield_now().await);
    tokio::select! {
        biased;
        () = yield_now() => { yield_now().await }
        () = std::future::pending() => {}
    }
    tokio::join!(async { yield_now().await }, yield_now());
}

/// Spawns nothing, in spite of its name.
fn spawn(number: u8) -> u8 {
    number
}

#[race_test(runs = 1)]
async fn functions_called_spawn_may_take_no_future() {
    yield_now().await;
    assert_eq!((spawn(1), spawn(1 + 1), spawn(!0)), (1, 2, 255));
    let (number, typed) = (3, 4_u8);
    assert_eq!((spawn(number), spawn(typed)), (3, 4));
}

mod cases {
    use std::sync::Arc;

    use rstest::rstest;
    use taskward::{cancel_test, race_test};
    use tokio::sync::Mutex;
    use tokio::task::JoinSet;

    #[race_test(delays = 1)]
    #[rstest]
    #[case::alone(1)]
    async fn one_of_each_is_a_test(#[case] tasks: usize) {
        let set: JoinSet<_> = (0..tasks).map(|_| async {}).collect();
        assert_eq!(set.join_all().await.len(), tasks);
    }

    #[race_test(delays = 1)]
    #[rstest]
    #[case::many(2)]
    #[should_panic(expected = "race test `attribute::cases::tasks_of_a_case_are_delayed::case_1_many` failed")]
    async fn tasks_of_a_case_are_delayed(#[case] tasks: usize) {
        let sum = Arc::new(Mutex::new(0));
        let mut set = JoinSet::new();
        for _ in 0..tasks {
            let sum = sum.clone();
            set.spawn(async move {
                let read = *sum.lock().await;
                *sum.lock().await = read + 1;
            });
        }
        set.join_all().await;
        assert_eq!(*sum.lock().await, tasks);
    }

    #[cancel_test]
    #[rstest]
    #[case::halfway(2)]
    #[should_panic(
        expected = "cancel test `attribute::cases::marked_calls_in_a_case_are_cancelled::case_1_halfway` failed"
    )]
    async fn marked_calls_in_a_case_are_cancelled(#[case] times: usize) {
        let count = Mutex::new(0);
        let add = async {
            for _ in 0..times {
                *count.lock().await += 1;
            }
        };
        _ = cancellable(add).await;
        assert_ne!(*count.lock().await, 1);
    }
}
