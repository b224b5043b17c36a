//! A printed schedule can be replayed: the same schedule, and only that one.

use std::process::{Command, Output};
use std::sync::Arc;

use taskward::race_test;
use taskward::testing::{FailureKind, RaceTest, Report};
use tokio::sync::{Mutex, mpsc};
use tokio::task::{JoinSet, yield_now};

/// Fails if a task is delayed twice.
#[race_test(runs = 3000)]
#[ignore = "the tests below run it, in a process of its own: cargo test -p taskward-tests --all-features --test race -- --ignored --exact replay::double_spending"]
async fn double_spending() {
    let balance = Arc::new(Mutex::new(1_u32));
    let mut set = JoinSet::new();
    for _ in 0..2 {
        let balance = balance.clone();
        set.spawn(async move {
            if *balance.lock().await > 0 {
                yield_now().await;
                let mut balance = balance.lock().await;
                *balance = balance.checked_sub(1).expect("spent twice");
            }
        });
    }
    while let Some(done) = set.join_next().await {
        done.unwrap();
    }
}

#[race_test]
#[ignore = "the tests below run it, in a process of its own: cargo test -p taskward-tests --all-features --test race -- --ignored --exact replay::another_test"]
async fn another_test() {
    yield_now().await;
}

fn run(test: &str, schedule: Option<&str>) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", test, "--nocapture"])
        .env_remove("TASKWARD_REPLAY")
        .env("RUST_BACKTRACE", "0");
    if let Some(schedule) = schedule {
        command.env("TASKWARD_REPLAY", schedule);
    }
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_printed_command_replays_the_schedule_twenty_times_of_twenty() {
    let first = run("replay::double_spending", None);
    let printed = text(&first);
    assert!(
        !first.status.success() && printed.contains("spent twice") && printed.contains("reproduced 5 of 5"),
        "{printed}"
    );
    let (_, schedule) = printed.split_once("TASKWARD_REPLAY='").unwrap();
    let (schedule, command) = schedule.split_once('\'').unwrap();
    assert!(command.starts_with(" cargo test replay::double_spending -- --exact"), "{printed}");
    for _ in 0..20 {
        let again = run("replay::double_spending", Some(schedule));
        let told = text(&again);
        assert!(
            !again.status.success() && told.contains("failed in run 1\n") && told.contains("spent twice"),
            "{told}"
        );
    }
    let other = text(&run("replay::another_test", Some(schedule)));
    assert!(other.contains("is of the test `replay::double_spending`, and this is `replay::another_test`"), "{other}");
    assert!(other.contains("panicked at tests/race/replay.rs:"), "{other}");
    let older = schedule.replacen("1:", "0:", 1);
    assert!(text(&run("replay::double_spending", Some(&older))).contains("has format 0"));
    let changed = format!("{}00000000", &schedule[..schedule.len() - 8]);
    let told = text(&run("replay::double_spending", Some(&changed)));
    assert!(told.contains("not exactly the schedule of TASKWARD_REPLAY"), "{told}");
}

/// Returns the report of a test whose two tasks count without a lock.
fn lost_update(test: &RaceTest, is_fixed: bool) -> Report {
    test.explore(move |ctx| async move {
        let count = Arc::new(Mutex::new(0));
        let group = taskward::TaskGroup::<()>::new(&ctx);
        for _ in 0..2 {
            let count = count.clone();
            _ = group.spawn(move |_ctx| async move {
                if is_fixed {
                    *count.lock().await += 1;
                } else {
                    let read = *count.lock().await;
                    *count.lock().await = read + 1;
                }
            });
        }
        group.join().await;
        assert_eq!(*count.lock().await, 2);
    })
}

#[test]
fn a_schedule_can_be_kept_as_a_test() {
    let test = RaceTest::new().named("lost update");
    let found = lost_update(&test, false);
    let failure = found.failure().unwrap();
    assert!(failure.replay().unwrap().starts_with("1:lost update:"), "{failure}");
    let kept = test.replay(failure.replay().unwrap().to_owned());
    for _ in 0..20 {
        let again = lost_update(&kept, false);
        assert_eq!((again.runs(), again.failure().unwrap().kind()), (1, FailureKind::Panic));
        assert_eq!(again.failure().unwrap().replay(), failure.replay());
        assert_eq!(again.failure().unwrap().delays(), failure.delays());
    }
    // The replay cannot pass, because the program differs.
    let fixed = lost_update(&kept, true);
    assert_eq!(fixed.failure().unwrap().kind(), FailureKind::OtherProgram);
    assert!(fixed.to_string().contains("has changed since it was printed"), "{fixed}");
}

#[test]
fn a_failure_that_depends_on_more_than_the_schedule_says_how_often_it_came_back() {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    let runs = Arc::new(AtomicUsize::new(0));
    let report = RaceTest::new().explore(move |_| {
        let run = runs.fetch_add(1, Relaxed);
        async move { assert!(!run.is_multiple_of(3), "every third") }
    });
    let (failed, tried) = report.failure().unwrap().reproduced().unwrap();
    assert!(failed < tried && tried == 5, "{report}");
    assert!(report.to_string().contains(&format!("reproduced {failed} of 5")), "{report}");
}

/// Collects the tasks' numbers in order of arrival.
fn arrivals(test: &RaceTest, tasks: u32, each: u32, check: fn(&[u32])) -> Report {
    test.explore(move |ctx| async move {
        let (send, mut receive) = mpsc::channel(1024);
        let group = taskward::TaskGroup::<()>::new(&ctx);
        for number in 0..tasks {
            let send = send.clone();
            _ = group.spawn(move |_ctx| async move {
                for _ in 0..each {
                    send.send(number).await.unwrap();
                }
            });
        }
        drop(send);
        let mut order = Vec::new();
        while let Some(number) = receive.recv().await {
            order.push(number);
        }
        group.join().await;
        check(&order);
    })
}

#[test]
fn a_bug_that_takes_three_delays_is_found_and_each_of_them_is_told() {
    let report = arrivals(&RaceTest::new().delays(3), 4, 1, |order| assert_ne!(order[0], 3));
    let failure = report.failure().unwrap();
    assert_eq!((failure.delays().len(), failure.reproduced()), (3, Some((5, 5))), "{report}");
}

#[test]
fn delays_that_are_not_needed_are_left_out() {
    // Too few runs to continue in order: the rest is random, with dozens of delays per run.
    let report = arrivals(&RaceTest::new().runs(12).seed(1), 4, 50, |order| {
        let switches = order.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(switches < 6, "many switches");
    });
    let failure = report.failure().unwrap();
    assert!(report.coverage().at_random() > 0 || report.runs() > 6, "{report}");
    assert!((2..5).contains(&failure.delays().len()), "{report}");
}
