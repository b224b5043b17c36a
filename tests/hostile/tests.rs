//! The tests that `main.rs` starts.

/// Each test fails its process.
mod must_fail {
    use std::future::pending;
    use std::process::exit;
    use std::thread;

    use taskward::{Context, cancel_test, race_test};
    use tokio::runtime::Builder;
    use tokio::task::{spawn_blocking, yield_now};

    async fn exits() {
        yield_now().await;
        exit(0)
    }

    #[taskward::test]
    #[ignore = "ends the process; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_body_that_exits() {
        yield_now().await;
        exit(0);
    }

    #[taskward::test]
    #[ignore = "ends the process; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_task_that_exits() {
        let helper = || tokio::spawn(exits());
        helper().await.unwrap();
    }

    #[taskward::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "ends the process; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_worker_thread_that_exits() {
        tokio::spawn(exits()).await.unwrap();
    }

    #[taskward::test]
    #[ignore = "ends the process; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_blocking_thread_that_exits() {
        let ends: fn() = || exit(0);
        spawn_blocking(ends).await.unwrap();
    }

    #[race_test]
    #[ignore = "ends the process; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_race_test_that_exits() {
        yield_now().await;
        exit(0);
    }

    #[cancel_test]
    #[ignore = "ends the process; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_cancel_test_that_exits(ctx: &Context) {
        cancellable(ctx.checkpoint()).await;
        exit(0);
    }

    struct PanicsOnDrop;

    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }

    #[taskward::test]
    #[ignore = "aborts the process; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_panic_in_a_destructor_while_unwinding() {
        let _first = PanicsOnDrop;
        let task = tokio::spawn(async {
            let _second = PanicsOnDrop;
            yield_now().await;
            panic!("in a task");
        });
        task.await.unwrap();
    }

    #[taskward::test]
    #[ignore = "must fail; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_panic_in_a_nested_runtime() {
        let nested = || {
            let runtime = Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                drop(tokio::spawn(async { panic!("in a nested runtime") }));
                yield_now().await;
            });
        };
        spawn_blocking(nested).await.unwrap();
    }

    #[taskward::test(start_paused = true)]
    #[ignore = "must fail; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_hundred_thousand_leaks() {
        for _ in 0..100_000 {
            drop(tokio::spawn(pending::<()>()));
        }
        yield_now().await;
    }

    fn leaks() {
        for _ in 0..100_000 {
            drop(tokio::spawn(pending::<()>()));
        }
    }

    #[taskward::test(start_paused = true)]
    #[ignore = "must fail; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_hundred_thousand_leaks_of_a_helper() {
        leaks();
        // Not a task of the test, and not a reason to wait.
        drop(thread::spawn(thread::yield_now));
        yield_now().await;
    }

    #[race_test]
    #[ignore = "ends the process; run by tests_that_must_fail_fail_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_blocking_thread_of_a_race_test_that_exits() {
        let ends: fn() = || exit(0);
        spawn_blocking(ends).await.unwrap();
    }
}

/// Each test passes.
mod must_pass {
    use std::panic;
    use std::thread;

    use tokio::runtime::Builder;
    use tokio::task::{spawn_blocking, yield_now};

    /// The forked process may end in any way.
    #[cfg(unix)]
    #[taskward::test]
    #[ignore = "run by tests_that_must_pass_pass_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_body_that_forks() {
        match fork::fork().unwrap() {
            fork::Fork::Child => std::process::exit(0),
            fork::Fork::Parent(child) => assert!(fork::waitpid(child).is_ok()),
        }
        yield_now().await;
    }

    #[cfg(not(unix))]
    #[taskward::test]
    #[ignore = "run by tests_that_must_pass_pass_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_body_that_forks() {}

    #[taskward::test]
    #[ignore = "run by tests_that_must_pass_pass_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_thread_that_outlives_its_test() {
        drop(thread::spawn(|| {
            loop {
                thread::park();
            }
        }));
        yield_now().await;
    }

    #[taskward::test]
    #[ignore = "run by tests_that_must_pass_pass_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_nested_runtime() {
        let nested = || {
            let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async { tokio::spawn(async { 1 + 1 }).await.unwrap() })
        };
        assert_eq!(thread::spawn(nested).join().unwrap(), 2);
        assert_eq!(spawn_blocking(nested).await.unwrap(), 2);
    }

    #[taskward::test]
    #[ignore = "run by tests_that_must_pass_pass_in_separate_processes: cargo test -p taskward-tests --all-features --test hostile"]
    async fn a_panic_hook_of_its_own() {
        let before = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        assert!(tokio::spawn(async { panic!("caught") }).await.unwrap_err().is_panic());
        panic::set_hook(before);
    }
}
