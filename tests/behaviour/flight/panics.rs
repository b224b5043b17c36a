//! A panic reaches every caller; recursion panics.

use std::any::Any;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::time::Duration;

use futures::FutureExt;
use taskward::{Context, TaskGroup};
use tokio::join;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::{Runs, flights};

const SECOND: Duration = Duration::from_secs(1);

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_panic_reaches_every_caller_with_its_message_and_the_next_call_starts_a_new_run() {
    let (ctx, flights, runs) = (Context::background(), flights(), Runs::default());
    let call = || {
        let runs = runs.clone();
        let run = flights.run(&ctx, 1, async move |_| {
            sleep(SECOND).await;
            let number = runs.begin();
            assert!(number > 1, "run {number} failed");
            number
        });
        AssertUnwindSafe(run).catch_unwind()
    };
    let (a, b, c) = join!(call(), call(), call());
    for payload in [a, b, c].map(Result::unwrap_err) {
        assert_eq!(message(&*payload), "run 1 failed");
    }
    assert!(flights.is_empty());
    assert_eq!(call().await.unwrap().unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_caller_gets_the_payload_itself() {
    struct Payload(u32);
    let (ctx, flights) = (Context::background(), flights::<()>());
    let call = || {
        let run = flights.run(&ctx, 1, async |_| {
            sleep(SECOND).await;
            std::panic::panic_any(Payload(7))
        });
        AssertUnwindSafe(run).catch_unwind()
    };
    let (a, b) = join!(call(), call());
    let payloads = [a, b].map(Result::unwrap_err);
    let whole: Vec<_> = payloads.iter().filter_map(|payload| payload.downcast_ref::<Payload>()).collect();
    assert_eq!(whole.iter().map(|payload| payload.0).collect::<Vec<_>>(), [7]);
    assert!(payloads.iter().any(|payload| message(&**payload) == "the run of a single flight panicked"));
}

#[tokio::test(start_paused = true)]
async fn a_panic_before_the_first_await_and_in_the_closure_is_one_too() {
    let (ctx, flights) = (Context::background(), flights::<u32>());
    let at_once = flights.run(&ctx, 1, async |_| panic!("at once"));
    assert_eq!(message(&*AssertUnwindSafe(at_once).catch_unwind().await.unwrap_err()), "at once");
    let fail = |_: Context| -> std::future::Ready<u32> { panic!("in the closure") };
    let in_closure = flights.run(&ctx, 1, fail);
    assert_eq!(message(&*AssertUnwindSafe(in_closure).catch_unwind().await.unwrap_err()), "in the closure");
    assert!(flights.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_result_that_panics_in_clone_hangs_no_caller() {
    #[derive(Debug)]
    struct Unclonable;
    impl Clone for Unclonable {
        fn clone(&self) -> Self {
            panic!("cannot be cloned")
        }
    }
    let (ctx, flights) = (Context::background(), flights());
    let call = || {
        let run = flights.run(&ctx, 1, async |_| {
            sleep(SECOND).await;
            Unclonable
        });
        timeout(9 * SECOND, AssertUnwindSafe(run).catch_unwind())
    };
    let (a, b) = join!(call(), call());
    let failed: Vec<_> = [a, b].into_iter().filter_map(|end| end.expect("it hangs").err()).collect();
    assert_eq!(
        failed.iter().map(|payload| message(&**payload)).collect::<Vec<_>>(),
        ["cannot be cloned"],
        "of two one clones"
    );
    assert!(flights.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_calls_itself_panics_instead_of_waiting_for_ever() {
    let (ctx, flights) = (Context::background(), flights());
    let again = flights.clone();
    let run = flights.run(&ctx, 1, async move |ctx| again.run(&ctx, 1, async |_| 1).await.unwrap());
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    let said = message(&*payload);
    assert!(said.starts_with("recursive single flight: the run calls itself with the same key at "), "{said}");
    assert!(said.contains("panics.rs:"), "{said}");
    assert!(flights.is_empty());
}

#[tokio::test(start_paused = true)]
async fn recursion_through_another_flight_is_found_too() {
    let (ctx, flights) = (Context::background(), flights());
    let again = flights.clone();
    let run = flights.run(&ctx, 1, async move |ctx| {
        let once_more = again.clone();
        let inner = again.run(&ctx, 2, async move |ctx| once_more.run(&ctx, 1, async |_| 1).await.unwrap());
        inner.await.unwrap()
    });
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert!(message(&*payload).starts_with("recursive single flight"));
}

#[tokio::test(start_paused = true)]
async fn recursion_through_a_task_of_the_run_is_found_too() {
    let (ctx, flights) = (Context::background(), flights());
    let again = flights.clone();
    let run = flights.run(&ctx, 1, async move |ctx| {
        let group = TaskGroup::<Option<u32>>::new(&ctx);
        _ = group.spawn(async move |ctx| again.run(&ctx, 1, async |_| 1).await.ok());
        group.join().await.map_or(0, |all| all[0])
    });
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert!(message(&*payload).starts_with("recursive single flight"));
}

#[tokio::test(start_paused = true)]
async fn a_run_may_call_itself_with_another_key() {
    let (ctx, flights) = (Context::background(), flights());
    let again = flights.clone();
    let run = flights.run(&ctx, 1, async move |ctx| again.run(&ctx, 2, async |_| 1).await.unwrap() + 1);
    assert_eq!(run.await.unwrap(), 2);
}

/// The other caller joins while the run is polled for the first time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hook_that_panics_at_the_end_of_a_run_that_is_ready_at_once_fails_the_run() {
    let flights = flights::<u32>();
    let (begun, has_begun) = oneshot::channel();
    let (joined, has_joined) = mpsc::channel();
    let first = tokio::spawn({
        let flights = flights.clone();
        async move {
            let ctx = Context::background();
            let run = flights.run(&ctx, 1, async move |ctx: Context| {
                mem::forget(ctx.on_cancel(|_| panic!("the hook failed")));
                begun.send(()).unwrap();
                has_joined.recv().unwrap();
                1
            });
            AssertUnwindSafe(run).catch_unwind().await
        }
    });
    has_begun.await.unwrap();
    let ctx = Context::background();
    let mut second = Box::pin(AssertUnwindSafe(flights.run(&ctx, 1, async |_| 2)).catch_unwind());
    assert!(futures::poll!(second.as_mut()).is_pending());
    joined.send(()).unwrap();
    let second = timeout(60 * SECOND, second).await.expect("the run has ended");
    for payload in [first.await.unwrap(), second].map(Result::unwrap_err) {
        assert_eq!(message(&*payload), "the hook failed");
    }
    assert!(flights.is_empty());
}
