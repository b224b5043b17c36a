//! `#[taskward::test]`, in all forms.

use std::time::Duration;

use taskward::Context;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

#[taskward::test]
async fn nothing() {}

#[taskward::test(start_paused = true)]
async fn the_clock_stands_still() {
    let began = Instant::now();
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(began.elapsed(), Duration::from_secs(3600));
}

#[taskward::test(flavor = "multi_thread", worker_threads = 2, name = "two")]
async fn two_threads() {
    assert_eq!(tokio::runtime::Handle::current().metrics().num_workers(), 2);
    assert_eq!(tokio::runtime::Handle::current().name(), Some("two"));
}

#[taskward::test(flavor = "local")]
async fn local() {
    let value = std::rc::Rc::new(7);
    assert_eq!(tokio::task::spawn_local(async move { *value }).await.unwrap(), 7);
}

#[taskward::test(timeout = "5s", settle = Duration::from_millis(10), leaks = deny, blocked = deny)]
async fn the_other_options() {
    let mut set = JoinSet::new();
    set.spawn(async { 1 });
    assert_eq!(set.join_next().await.unwrap().unwrap(), 1);
}

#[taskward::test]
async fn a_result() -> Result<(), std::num::ParseIntError> {
    let number: u8 = "7".parse()?;
    assert_eq!(number, 7);
    Ok(())
}

#[taskward::test]
async fn any_termination() -> impl std::process::Termination {
    std::process::ExitCode::SUCCESS
}

#[taskward::test]
#[should_panic(expected = "as it should")]
async fn a_panic_that_should_be() {
    panic!("as it should");
}

#[taskward::test]
#[ignore = "fails on purpose, which shows that it is ignored: cargo test -p taskward-tests --all-features --test behaviour -- --ignored --exact testing::attribute::ignored"]
async fn ignored() {
    panic!();
}

#[taskward::test(start_paused = true)]
#[should_panic(expected = "the test `testing::attribute::a_leak` has ended, and this has not:\n    a task spawned at ")]
async fn a_leak() {
    tokio::spawn(std::future::pending::<()>());
}

#[taskward::test(start_paused = true, leaks = allow)]
async fn a_leak_that_may_be() {
    tokio::spawn(std::future::pending::<()>());
}

#[taskward::test]
async fn a_panic_that_the_test_sees() {
    let task = tokio::spawn(async { panic!("it goes wrong") });
    assert!(task.await.unwrap_err().is_panic());
}

#[taskward::test]
#[should_panic(expected = "a blocking thread started at tests/behaviour/testing/attribute.rs:")]
async fn a_blocking_thread_is_named() {
    // This test is about a blocked thread, for longer than the settle window, which is real time
    // if there are threads.
    tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_secs(1)));
}

#[taskward::test(start_paused = true)]
async fn the_context_ends_with_the_test(ctx: Context) {
    assert!(!ctx.has_ended());
    // Not a leak: the task ends in the settle window.
    tokio::spawn(async move { drop(ctx.cancelled().await) });
}

#[taskward::test(start_paused = true)]
async fn the_current_context_is_the_tests(ctx: &Context) {
    let ctx = ctx.clone();
    let current = Context::current();
    tokio::spawn(async move { drop(current.cancelled().await) });
    tokio::spawn(async move { drop(ctx.cancelled().await) });
}

macro_rules! tests {
    ($($name:ident $option:literal)*) => {
        $(
            #[taskward::test(start_paused = $option)]
            async fn $name() {
                tokio::spawn(async {}).await.unwrap();
            }
        )*
    };
}

tests! { made_by_a_macro_paused true made_by_a_macro_running false }

mod cases {
    use rstest::{fixture, rstest};

    #[fixture]
    fn seven() -> u32 {
        7
    }

    #[rstest]
    #[case(1, 2)]
    #[case(2, 4)]
    #[taskward::test]
    async fn each_case_is_a_test(#[case] n: u32, #[case] twice: u32, seven: u32) {
        tokio::task::yield_now().await;
        assert_eq!((n * 2, seven), (twice, 7));
    }

    #[rstest]
    #[case::leaks(1)]
    #[should_panic(expected = "testing::attribute::cases::a_case_that_leaks::case_1_leaks")]
    #[taskward::test]
    async fn a_case_that_leaks(#[case] tasks: usize) {
        for _ in 0..tasks {
            tokio::spawn(std::future::pending::<()>());
        }
    }

    /// Above `#[rstest]`, the attribute tracks the tasks.
    #[taskward::test(start_paused = true)]
    #[rstest]
    #[case::one(1)]
    #[should_panic(expected = "    a task spawned at tests/behaviour/testing/attribute.rs:")]
    async fn tasks_of_a_case_are_named(#[case] tasks: usize) {
        for _ in 0..tasks {
            tokio::spawn(std::future::pending::<()>());
        }
    }
}
