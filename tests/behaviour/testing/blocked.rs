//! Polls that block their thread.

use std::thread::sleep;
use std::time::{Duration, Instant};

use taskward::__private::tracked;
use taskward::testing::{Level, Test};
use tokio::sync::Notify;
use tokio::task::yield_now;

/// These tests are about blocked threads, so this is real time: clearly longer than the limit,
/// independent of luck.
const LONG: Duration = Duration::from_millis(150);

#[test]
fn a_poll_that_blocks_is_reported_with_the_place_that_it_came_to() {
    let (_, report) = Test::new("t").findings(async |_| {
        let task = tokio::spawn(tracked(async {
            sleep(LONG);
            Notify::new().notified().await;
        }));
        yield_now().await;
        task.abort();
    });
    let [blocked] = report.blocked() else { panic!("{report}") };
    assert!(blocked.starts_with("a task spawned at ") && blocked.contains(" blocked its thread for 1"), "{blocked}");
    assert!(blocked.contains(&format!("came to wait at {}:{}:", file!(), line!() - 7)), "{blocked}");
}

#[test]
fn a_body_that_blocks_is_reported() {
    let (_, report) = Test::new("t").findings(async |_| sleep(LONG));
    let [blocked] = report.blocked() else { panic!("{report}") };
    assert!(blocked.starts_with("the test itself blocked its thread for "), "{blocked}");
    assert!(blocked.ends_with("before it ended"), "{blocked}");
}

#[test]
fn a_blocked_thread_fails_the_test_only_if_denied() {
    Test::new("t").run(async |_| sleep(LONG));
    let run = || Test::new("t").blocked(Level::Deny).run(async |_| sleep(LONG));
    assert!(std::panic::catch_unwind(run).is_err());
    assert!(Test::new("t").blocked(Level::Allow).findings(async |_| sleep(LONG)).1.is_empty());
}

/// Enough threads that each of them waits for a processor most of the time.
#[cfg(target_os = "linux")]
#[test]
fn a_busy_machine_makes_no_false_alarm() {
    let until = Instant::now() + Duration::from_secs(2);
    let threads = 10 * std::thread::available_parallelism().unwrap().get();
    let crowd: Vec<_> = (0..threads)
        .map(|_| {
            std::thread::spawn(move || {
                while Instant::now() < until {
                    std::hint::black_box(());
                }
            })
        })
        .collect();
    let (_, report) = Test::new("t").findings(async |_| {
        let mut slow = 0;
        while Instant::now() < until {
            let began = Instant::now();
            // Some milliseconds of a processor.
            for n in 0..2_000_000_u32 {
                std::hint::black_box(n);
            }
            slow += u32::from(began.elapsed() >= Duration::from_millis(100));
            yield_now().await;
        }
        slow
    });
    for thread in crowd {
        thread.join().unwrap();
    }
    assert!(report.is_empty(), "{report}");
}
