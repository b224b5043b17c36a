//! Measures how many schedules a race test tries per second:
//! `cargo bench -p taskward --features test-util --bench schedules`. An argument sets the number
//! of schedules. Add `--profile dev` to measure without optimisation.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use taskward::__private::tracked;
use taskward::testing::RaceTest;
use tokio::sync::{Mutex, mpsc};

fn main() {
    let wanted =
        env::args().find_map(|arg| arg.parse().ok()).unwrap_or(if cfg!(debug_assertions) { 2_000 } else { 40_000 });
    for _ in 0..5 {
        let (mut runs, mut elapsed, mut seed) = (0, Duration::ZERO, 0);
        while runs < wanted {
            let test = RaceTest::new().runs(2_000).seed(seed).delays(3).timeout(Duration::from_secs(600));
            let report = test.explore(|_| five_tasks());
            assert!(report.failure().is_none(), "{report}");
            (runs, elapsed, seed) = (runs + report.runs(), elapsed + report.elapsed(), seed + 1);
        }
        println!(
            "{:>8} schedules of five tasks a second ({runs} in {elapsed:.1?})",
            runs as u128 * 1_000_000 / elapsed.as_micros()
        );
    }
}

/// Four tasks and the body, with a lock and a channel.
async fn five_tasks() {
    let sum = Arc::new(Mutex::new(0));
    let (send, mut receive) = mpsc::channel(2);
    for number in 0..4 {
        let (sum, send) = (sum.clone(), send.clone());
        tokio::spawn(tracked(async move {
            *sum.lock().await += number;
            _ = send.send(number).await;
        }));
    }
    drop(send);
    let mut received = 0;
    while let Some(number) = receive.recv().await {
        received += number;
    }
    assert_eq!(received, *sum.lock().await);
}
