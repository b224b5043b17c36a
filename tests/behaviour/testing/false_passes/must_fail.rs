//! Each test fails. `false_passes` starts them in a separate process and checks their output.
#![allow(clippy::should_panic_without_expect, reason = "what it hides is tested")]

use std::future::pending;
use std::panic::panic_any;
use std::time::Duration;

use taskward::{Context, TaskGroup, cancel_test, race_test};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet, spawn_blocking, spawn_local, yield_now};
use tokio::time::{sleep, timeout};

/// Panics, but not at once.
async fn goes_wrong() {
    yield_now().await;
    panic!("it goes wrong");
}

fn spawn_somewhere_else() -> JoinHandle<()> {
    tokio::spawn(goes_wrong())
}

macro_rules! must_fail {
    ($(#[$attribute:meta] $(#[$should:ident $($how:tt)*])? async fn $name:ident($($ctx:ident: &Context)?) $body:block)*) => {
        $(
            #[$attribute]
            $(#[$should $($how)*])?
            #[ignore = "must fail: cargo test -p taskward-tests --all-features --test behaviour -- --ignored must_fail"]
            async fn $name($($ctx: &Context)?) $body
        )*
    };
}

must_fail! {
    #[taskward::test]
    async fn a_handle_that_is_kept() {
        let _task = tokio::spawn(goes_wrong());
        yield_now().await;
        yield_now().await;
    }

    #[taskward::test]
    async fn a_handle_that_is_dropped() {
        drop(tokio::spawn(goes_wrong()));
    }

    #[taskward::test]
    async fn a_task_that_is_aborted_afterwards() {
        let task = tokio::spawn(goes_wrong());
        while !task.is_finished() {
            yield_now().await;
        }
        task.abort();
    }

    #[taskward::test]
    async fn one_of_two_handles() {
        let (one, other) = (tokio::spawn(goes_wrong()), tokio::spawn(goes_wrong()));
        assert!(one.await.unwrap_err().is_panic());
        drop(other);
    }

    #[taskward::test(start_paused = true)]
    async fn a_timeout_that_was_too_short() {
        let mut task = tokio::spawn(async {
            sleep(Duration::from_millis(20)).await;
            goes_wrong().await;
        });
        assert!(timeout(Duration::from_millis(10), &mut task).await.is_err());
        sleep(Duration::from_secs(1)).await;
    }

    #[taskward::test]
    async fn a_join_set_that_is_dropped() {
        let mut set = JoinSet::new();
        set.spawn(goes_wrong());
        yield_now().await;
        yield_now().await;
    }

    #[taskward::test]
    async fn a_join_set_that_is_joined_in_part() {
        let mut set = JoinSet::new();
        (0..2).for_each(|_| drop(set.spawn(goes_wrong())));
        assert!(set.join_next().await.unwrap().is_err());
        yield_now().await;
    }

    #[taskward::test]
    async fn a_group_that_is_dropped(ctx: &Context) {
        let group = TaskGroup::<()>::new(ctx);
        drop(group.spawn(|_| goes_wrong()));
        yield_now().await;
        yield_now().await;
    }

    #[taskward::test]
    async fn a_group_that_is_cancelled_and_dropped(ctx: &Context) {
        let group = TaskGroup::<()>::new(ctx);
        drop(group.spawn(|_| goes_wrong()));
        yield_now().await;
        yield_now().await;
        group.cancel();
        yield_now().await;
    }

    #[taskward::test(settle = "10s")]
    async fn a_blocking_thread() {
        drop(spawn_blocking(|| panic!("it goes wrong")));
    }

    #[taskward::test]
    async fn a_helper_that_spawns() {
        spawn_somewhere_else();
        yield_now().await;
        yield_now().await;
    }

    #[taskward::test(settle = "10s")]
    async fn a_helper_that_spawns_a_thread() {
        somewhere_else::spawn_a_thread();
    }

    #[taskward::test(flavor = "multi_thread", worker_threads = 2)]
    async fn several_threads() {
        let task = tokio::spawn(goes_wrong());
        while !task.is_finished() {
            yield_now().await;
        }
    }

    #[taskward::test(flavor = "local")]
    async fn a_local_task() {
        drop(spawn_local(goes_wrong()));
    }

    #[taskward::test]
    async fn a_destructor() {
        struct GoesWrong;
        impl Drop for GoesWrong {
            fn drop(&mut self) {
                panic!("it goes wrong");
            }
        }
        let task = tokio::spawn(async {
            let _wrong = GoesWrong;
            pending::<()>().await;
        });
        yield_now().await;
        task.abort();
        while !task.is_finished() {
            yield_now().await;
        }
    }

    #[taskward::test]
    async fn a_payload_that_is_no_text() {
        drop(tokio::spawn(async { panic_any(7) }));
    }

    #[taskward::test]
    async fn with_a_hook_of_its_own() {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        drop(before);
        drop(tokio::spawn(goes_wrong()));
    }

    #[taskward::test(start_paused = true)]
    #[should_panic]
    async fn should_panic_and_a_leak() {
        tokio::spawn(Box::pin(async { Notify::new().notified().await }));
        panic!("as it should");
    }

    #[taskward::test(start_paused = true)]
    #[should_panic]
    async fn should_panic_and_only_a_leak() {
        tokio::spawn(async { Notify::new().notified().await });
    }

    #[taskward::test(timeout = "200ms")]
    #[should_panic(expected = "as it should")]
    async fn should_panic_and_a_hang() {
        pending::<()>().await;
    }

    #[taskward::test]
    #[should_panic = "as it should"]
    async fn should_panic_and_a_panic_elsewhere() {
        let _task = tokio::spawn(goes_wrong());
        yield_now().await;
        yield_now().await;
        panic!("as it should");
    }

    #[taskward::test]
    #[should_panic(expected = "it goes wrong")]
    async fn should_panic_with_the_text_of_a_panic_elsewhere() {
        let _task = tokio::spawn(goes_wrong());
        yield_now().await;
        yield_now().await;
    }

    #[taskward::test]
    #[should_panic(expected = "as it should")]
    async fn should_panic_with_another_text() {
        panic!("otherwise");
    }

    #[race_test]
    async fn race_a_handle_that_is_kept() {
        let _task = tokio::spawn(goes_wrong());
        sleep(Duration::from_secs(1)).await;
    }

    #[race_test]
    async fn race_a_join_set_that_is_dropped() {
        let mut set = JoinSet::new();
        set.spawn(goes_wrong());
        sleep(Duration::from_secs(1)).await;
    }

    #[race_test]
    async fn race_a_group_that_is_dropped(ctx: &Context) {
        let group = TaskGroup::<()>::new(ctx);
        drop(group.spawn(|_| goes_wrong()));
        sleep(Duration::from_secs(1)).await;
    }

    #[race_test]
    async fn race_a_helper_that_spawns() {
        let _task = spawn_somewhere_else();
        sleep(Duration::from_secs(1)).await;
    }

    #[race_test]
    #[should_panic]
    async fn race_should_panic_and_a_deadlock() {
        Notify::new().notified().await;
    }

    #[race_test]
    #[should_panic]
    async fn race_should_panic_and_a_panic_elsewhere() {
        let _task = tokio::spawn(goes_wrong());
        sleep(Duration::from_secs(1)).await;
    }

    #[cancel_test]
    async fn cancel_a_handle_that_is_kept() {
        let _task = tokio::spawn(goes_wrong());
        _ = cancellable(sleep(Duration::from_secs(1))).await;
    }

    #[cancel_test]
    async fn cancel_only_after_the_cut() {
        let done = cancellable(sleep(Duration::from_secs(1))).await;
        if done.is_none() {
            let _task = tokio::spawn(goes_wrong());
            sleep(Duration::from_secs(1)).await;
        }
    }

    #[cancel_test]
    #[should_panic]
    async fn cancel_should_panic_and_a_deadlock() {
        let done = cancellable(sleep(Duration::from_secs(1))).await;
        if done.is_none() {
            Notify::new().notified().await;
        }
    }
}

mod somewhere_else {
    pub(super) fn spawn_a_thread() {
        let (started, starts) = std::sync::mpsc::channel();
        drop(tokio::task::spawn_blocking(move || {
            started.send(()).unwrap();
            panic!("it goes wrong");
        }));
        // A thread that has not started before the runtime shuts down never does.
        starts.recv().unwrap();
    }
}
