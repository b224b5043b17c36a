//! A report names the location where a task waits.

use std::future::{Future, pending};
use std::time::Duration;

use taskward::Context;
use taskward::testing::{Findings, Test};
use tokio::sync::{Mutex, Notify, mpsc, oneshot};

fn places_of<F: Future<Output = ()> + Send + 'static>(task: impl FnOnce(Context) -> F) -> Vec<String> {
    let (_, report) = Test::new("waits").start_paused(true).findings(async |_| {
        let task = task(Context::background());
        tokio::spawn(taskward::__private::tracked(task));
        tokio::task::yield_now().await;
    });
    places(&report)
}

fn places(report: &Findings) -> Vec<String> {
    report.tasks()[0].places().iter().map(ToString::to_string).collect()
}

/// The caller's location, `file:line:`, with `lines` added to the line.
#[track_caller]
fn here(lines: u32) -> String {
    let here = std::panic::Location::caller();
    format!("{}:{}:", here.file(), here.line() + lines)
}

#[track_caller]
fn assert_at(places: &[String], lines: &[String]) {
    assert_eq!(places.len(), lines.len(), "{places:?}");
    for (place, line) in places.iter().zip(lines) {
        assert!(place.starts_with(line.as_str()), "{place} is not in {line}");
        let column: u32 = place[line.len()..].parse().unwrap();
        assert!(column > 1);
    }
}

#[test]
fn the_innermost_await_of_the_users_is_named() {
    async fn wait(lock: &Mutex<()>) {
        let _guard = lock.lock().await;
    }
    let line = here(0).replace(&format!(":{}:", line!()), &format!(":{}:", line!() - 2));
    let places = places_of(|_| async {
        let lock = Mutex::new(());
        let _guard = lock.lock().await;
        wait(&lock).await;
    });
    assert_at(&places, &[line]);
}

#[test]
fn whatever_it_is_that_is_waited_for() {
    let (_sender, mut items) = mpsc::channel::<()>(1);
    let line = here(1);
    let places = places_of(|_| async move { _ = items.recv().await });
    assert_at(&places, &[line]);

    let (_sender, answer) = oneshot::channel::<()>();
    let line = here(1);
    let places = places_of(|_| async move { _ = answer.await });
    assert_at(&places, &[line]);

    let line = here(1);
    let places = places_of(|_| async { Notify::new().notified().await });
    assert_at(&places, &[line]);

    let line = here(1);
    let places = places_of(|_| async { tokio::time::sleep(Duration::from_secs(3600)).await });
    assert_at(&places, &[line]);
}

#[test]
fn each_branch_of_a_select_is_named() {
    let line = here(3);
    let places = places_of(|_| async {
        tokio::select! {
            () = async { Notify::new().notified().await } => {}
            () = async { tokio::time::sleep(Duration::from_secs(3600)).await } => {}
        }
    });
    assert_eq!(places.len(), 2, "{places:?}");
    let prefix = &line[..line.len() - 4];
    assert!(places.iter().all(|place| place.starts_with(prefix)), "{places:?}");
}

#[test]
fn the_end_of_a_context_is_a_place_only_if_nothing_else_is_waited_for() {
    #[taskward::cancellable]
    async fn waits(_ctx: &Context) -> Option<()> {
        Notify::new().notified().await;
        None
    }
    let line = here(0).replace(&format!(":{}:", line!()), &format!(":{}:", line!() - 3));
    let (ctx, _canceller) = Context::background().with_cancel();
    let places = places_of(|_| async move { _ = waits(&ctx).await });
    assert_at(&places, &[line]);

    let (ctx, _canceller) = Context::background().with_cancel();
    let line = here(1);
    let places = places_of(|_| async move { drop(ctx.cancelled().await) });
    assert_at(&places, &[line]);
}

#[test]
fn a_task_without_a_waker_has_no_waiting_place() {
    assert!(places_of(|_| pending()).is_empty());
}
