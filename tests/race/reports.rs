//! Reports on hostile bodies: a clear message, never a hang, never a false pass.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use taskward::testing::{FailureKind, RaceTest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Notify, oneshot};
use tokio::time::{interval, sleep, timeout};

fn few() -> RaceTest {
    RaceTest::new().runs(20)
}

#[test]
fn a_body_that_never_ends_is_reported() {
    let report = few().max_polls(1_000).explore(|_| async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    let failure = report.failure().unwrap();
    assert_eq!(failure.kind(), FailureKind::Hang);
    assert!(failure.to_string().starts_with("no end: "), "{failure}");
    assert_eq!(report.runs(), 1);
}

#[test]
fn time_that_passes_in_leaps_is_an_end_that_never_comes_too() {
    let report = few().max_polls(1_000).explore(|_| async {
        let mut heartbeat = interval(Duration::from_secs(60));
        loop {
            heartbeat.tick().await;
        }
    });
    let failure = report.failure().unwrap();
    assert_eq!(failure.kind(), FailureKind::Hang);
    // One beat per minute, and one poll per beat.
    assert!(failure.to_string().contains("s have passed on its clock"), "{failure}");
}

#[test]
fn a_poll_that_blocks_its_thread_is_left_behind() {
    let began = Instant::now();
    let report = few().timeout(Duration::from_secs(1)).explore(|_| async {
        loop {
            thread::park();
        }
    });
    assert!(began.elapsed() < Duration::from_secs(10));
    let failure = report.failure().unwrap();
    assert_eq!(failure.kind(), FailureKind::Blocked);
    assert!(failure.to_string().contains("the body blocks its thread"), "{failure}");
}

#[test]
fn a_blocking_task_without_an_end_is_left_behind() {
    let report = few().timeout(Duration::from_secs(1)).explore(|_| async {
        let for_ever = || {
            loop {
                thread::park();
            }
        };
        tokio::task::spawn_blocking(for_ever).await.unwrap()
    });
    let failure = report.failure().unwrap();
    assert_eq!(failure.kind(), FailureKind::Blocked);
    assert!(failure.to_string().contains("a blocking task"), "{failure}");
}

#[test]
fn a_run_of_many_polls_that_take_long_ends_with_the_time() {
    let began = Instant::now();
    let report = few().timeout(Duration::from_millis(100)).explore(|_| async {
        loop {
            // This test is about a busy thread: only the real clock advances.
            thread::sleep(Duration::from_millis(20));
            tokio::task::yield_now().await;
        }
    });
    assert!(began.elapsed() < Duration::from_secs(40));
    let failure = report.failure().unwrap();
    assert_eq!((failure.kind(), failure.reproduced()), (FailureKind::Hang, None));
    assert!(failure.to_string().contains("its time is over, and no time has passed on its clock"), "{failure}");
}

#[test]
fn a_panic_where_the_test_does_not_see_the_spawn_is_a_failure() {
    let body = |_| async {
        drop(tokio::spawn(async { panic!("alone") }));
        sleep(Duration::from_secs(1)).await;
    };
    let report = few().explore(body);
    assert!(report.failure().unwrap().to_string().contains("alone"), "{report}");
    let allowed = few().allow_panics().explore(body);
    assert!(allowed.failure().is_none(), "{allowed}");
}

#[test]
fn a_panic_that_is_caught_is_none() {
    let report = few().explore(|_| async {
        std::panic::catch_unwind(|| panic!("caught")).unwrap_err();
    });
    assert!(report.failure().is_none(), "{report}");
}

#[test]
fn a_wait_for_a_thread_is_no_deadlock() {
    let report = few().runs(3).explore(|_| async {
        let (send, receive) = oneshot::channel();
        let thread = thread::spawn(move || {
            // This test is about a blocked thread, for longer than the time after which a deadlock
            // is reported.
            thread::sleep(Duration::from_millis(100));
            send.send(7)
        });
        assert_eq!(receive.await, Ok(7));
        thread.join().unwrap().unwrap();
    });
    assert!(report.failure().is_none(), "{report}");
}

#[test]
fn real_sockets_can_be_used() {
    for test in [few().runs(3), few().runs(3).real_time()] {
        let report = test.explore(|_| async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let client = tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.write_all(b"hello").await.unwrap();
            });
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).await.unwrap();
            client.await.unwrap();
            assert_eq!(text, "hello");
        });
        assert!(report.failure().is_none(), "{report}");
    }
}

#[test]
fn in_real_time_a_timer_takes_as_long_as_it_says() {
    let began = Instant::now();
    let report = few().runs(2).real_time().explore(|_| async { sleep(Duration::from_millis(50)).await });
    assert!(report.failure().is_none(), "{report}");
    assert!(began.elapsed() >= Duration::from_millis(100));
}

#[test]
fn virtual_time_lets_years_pass_in_no_time() {
    let report = few().explore(|_| async { sleep(Duration::from_secs(365 * 24 * 60 * 60)).await });
    assert!(report.failure().is_none(), "{report}");
    let late = few().explore(|_| async {
        let hour = Duration::from_secs(3600);
        timeout(hour, sleep(2 * hour)).await.expect_err("it takes too long");
    });
    assert!(late.failure().is_none(), "{late}");
}

#[test]
fn a_panic_before_there_is_a_future_is_the_body_s() {
    let report = few().explore(|_| {
        assert!(few().runs(1).explore(|_| async {}).failure().is_some(), "no body");
        async {}
    });
    assert!(report.failure().unwrap().to_string().contains("no body"), "{report}");
}

#[test]
fn a_deadlock_names_who_waits() {
    let report = few().explore(|_| async { Arc::new(Notify::new()).notified().await });
    let failure = report.failure().unwrap();
    assert_eq!((failure.kind(), failure.reproduced()), (FailureKind::Deadlock, Some((5, 5))));
    assert!(failure.to_string().contains("alive at the end:\n  the body"), "{failure}");
}

#[test]
fn untracked_tasks_are_counted() {
    let report = few().explore(|_| async {
        let lock = Arc::new(Mutex::new(()));
        let held = lock.lock().await;
        tokio::spawn({
            let lock = lock.clone();
            async move { drop(lock.lock().await) }
        })
        .await
        .unwrap();
        drop(held);
    });
    let failure = report.failure().unwrap();
    assert!(failure.to_string().contains("a task that was spawned where the test does not see it"), "{failure}");
}

#[test]
fn a_report_says_what_was_not_delayed() {
    let report = few().explore(|_| async {
        let lock = Arc::new(Mutex::new(()));
        let spawn = || {
            let lock = lock.clone();
            tokio::spawn(async move { drop(lock.lock().await) })
        };
        let (left, right) = (spawn(), spawn());
        drop(lock.lock().await);
        left.await.unwrap();
        right.await.unwrap();
    });
    assert_eq!(report.coverage().unseen_tasks(), 2);
    assert!(report.to_string().contains("; 2 tasks were not delayed"), "{report}");
    assert_eq!(RaceTest::new().delays(1).explore(three_tasks).coverage().unseen_tasks(), 0);
}

#[test]
fn turns_that_are_the_same_are_one_line() {
    let report = few().explore(|_| async {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        panic!("after ten turns");
    });
    let failure = report.failure().unwrap().to_string();
    assert!(failure.contains(", 10 times\n"), "{failure}");
}

#[test]
#[should_panic(expected = "`delays` is 0")]
fn no_delays_are_refused() {
    _ = RaceTest::new().delays(0);
}

#[test]
#[should_panic(expected = "`delays` is 1000: that would take too long")]
fn too_many_delays_are_refused() {
    _ = RaceTest::new().delays(1_000);
}

/// Three tasks that each take two turns.
async fn three_tasks(ctx: taskward::Context) {
    let group = taskward::TaskGroup::<()>::new(&ctx);
    let lock = Arc::new(Mutex::new(()));
    for _ in 0..3 {
        let lock = lock.clone();
        _ = group.spawn(async move |_| {
            drop(lock.lock().await);
            drop(lock.lock().await);
        });
    }
    group.join().await;
}

#[test]
fn coverage_says_what_was_tried_and_what_was_not() {
    let all = RaceTest::new().delays(1).explore(three_tasks);
    let (tried, of) = all.coverage().with_delays(1).unwrap();
    assert_eq!((tried, all.runs(), all.coverage().full_delays()), (of, of + 1, 1));
    assert!(all.to_string().starts_with(&format!("explored d=1 fully ({of}): ")), "{all}");

    let some = RaceTest::new().delays(2).runs(of + 31).explore(three_tasks);
    let (tried, of) = some.coverage().with_delays(2).unwrap();
    assert_eq!((tried, some.coverage().at_random(), some.coverage().full_delays()), (15, 15, 1));
    assert!(some.to_string().contains(&format!("d=2 15 of {of}, then 15 at random: ")), "{some}");
}

#[test]
fn when_the_time_is_up_no_further_schedule_is_begun() {
    let began = Instant::now();
    let report = RaceTest::new().delays(4).runs(10_000_000).timeout(Duration::from_millis(200)).explore(three_tasks);
    assert!(report.failure().is_none() && began.elapsed() < Duration::from_secs(5), "{report}");
    assert!(report.to_string().contains("; stopped after 200ms"), "{report}");
}

#[test]
fn the_same_is_tried_each_time() {
    let tried = |seed| {
        let orders = Arc::new(std::sync::Mutex::new(Vec::new()));
        let report = RaceTest::new().runs(60).seed(seed).explore({
            let orders = orders.clone();
            move |ctx| {
                let orders = orders.clone();
                async move {
                    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
                    let group = taskward::TaskGroup::<()>::new(&ctx);
                    for number in 0..3 {
                        let order = order.clone();
                        _ = group.spawn(async move |_| order.lock().unwrap().push(number));
                    }
                    group.join().await;
                    orders.lock().unwrap().push(order.lock().unwrap().clone());
                }
            }
        });
        assert!(report.failure().is_none(), "{report}");
        Arc::into_inner(orders).unwrap().into_inner().unwrap()
    };
    let first = tried(1);
    assert!(first.iter().any(|order| *order == [2, 0, 1]), "{first:?}");
    assert_eq!(tried(1), first);
    assert_ne!(tried(2), first);
}
