//! Every item has its own result.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use taskward::{Context, ContextError, WorkerPool};
use tokio::time::sleep;

#[derive(Debug, PartialEq)]
enum Error {
    Bad(u32),
    Interrupted,
}

impl From<ContextError> for Error {
    fn from(_: ContextError) -> Self {
        Self::Interrupted
    }
}

#[crate::watched::test(start_paused = true)]
async fn one_bad_item_does_not_stop_the_rest() {
    let results = WorkerPool::new(3)
        .collect()
        .run(&Context::background(), 0..6, |_, n| async move {
            sleep(Duration::from_millis(9 - u64::from(n))).await;
            if n == 2 { Err(Error::Bad(n)) } else { Ok(n) }
        })
        .await;
    assert_eq!(results, [Ok(0), Ok(1), Err(Error::Bad(2)), Ok(3), Ok(4), Ok(5)]);
}

#[crate::watched::test(start_paused = true)]
async fn interrupted_items_have_an_error_and_finished_ones_their_result() {
    let ctx = Context::background().with_timeout(Duration::from_millis(10));
    let results = WorkerPool::new(2)
        .collect()
        .run(&ctx, 0..6, |_, n| async move {
            if n == 3 {
                pending::<()>().await;
            }
            sleep(Duration::from_millis(4)).await;
            Ok(n)
        })
        .await;
    // Workers take 0 and 1, then 2 and 3; 3 never ends; 4 is interrupted at 10 ms, 5 never starts.
    let interrupted = || Err(Error::Interrupted);
    assert_eq!(results, [Ok(0), Ok(1), Ok(2), interrupted(), interrupted(), interrupted()]);
}

#[crate::watched::test]
async fn with_an_ended_context_every_item_is_interrupted() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    let results = WorkerPool::new(2)
        .collect()
        .run(&ctx, 0..3, |_, _: u32| async { panic!("nothing starts") as Result<u32, Error> })
        .await;
    assert_eq!(results, [Err(Error::Interrupted), Err(Error::Interrupted), Err(Error::Interrupted)]);
}

#[crate::watched::test]
async fn a_panic_still_ends_the_run() {
    let ctx = Context::background();
    let run = WorkerPool::new(2).collect().run(&ctx, 0..9, |_, n: u32| async move {
        assert!(n != 3, "three");
        Some(n)
    });
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert_eq!(*payload.downcast::<&str>().unwrap(), "three");
}

#[crate::watched::test]
async fn blocking_calls_are_collected_too() {
    let results = WorkerPool::new(2)
        .collect()
        .run_blocking(&Context::background(), 0..4, |_, n| if n % 2 == 0 { Ok(n) } else { Err(Error::Bad(n)) })
        .await;
    assert_eq!(results, [Ok(0), Err(Error::Bad(1)), Ok(2), Err(Error::Bad(3))]);
}
