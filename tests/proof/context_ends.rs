//! Cancel tests that end the context instead of dropping the future.

use std::cell::Cell;
use std::time::Duration;

use taskward::testing::{CancelTest, Cancellation, cancellable};
use taskward::{Context, ContextError, cancel_test};
use tokio::sync::{Mutex, mpsc};
use tokio::task::yield_now;
use tokio::time::sleep;

/// Takes an item out of the queue, and stores it even if the context ends.
#[taskward::cancellable]
async fn store_next(
    ctx: &Context,
    queue: &mut mpsc::Receiver<u8>,
    stored: &Mutex<Vec<u8>>,
) -> Result<bool, ContextError> {
    let Some(item) = queue.recv().await else { return Ok(false) };
    ctx.shield(async { stored.lock().await.push(item) }).await;
    Ok(true)
}

/// Takes an item and stores it, without a shield.
#[taskward::cancellable]
async fn store_next_unshielded(
    ctx: &Context,
    queue: &mut mpsc::Receiver<u8>,
    stored: &Mutex<Vec<u8>>,
) -> Result<bool, ContextError> {
    let Some(item) = queue.recv().await else { return Ok(false) };
    stored.lock().await.push(item);
    Ok(true)
}

macro_rules! stores_all {
    ($store:ident, $ctx:ident) => {{
        let (items, mut queue) = mpsc::channel(3);
        (0..3).for_each(|item| items.try_send(item).unwrap());
        drop(items);
        let stored = Mutex::default();
        let all = async {
            while $store(&$ctx, &mut queue, &stored).await? {}
            Ok::<_, ContextError>(())
        };
        let done = cancellable(all).await;
        // Items that are left were taken after the end of the context, without its check.
        let mut taken = stored.into_inner();
        while let Some(item) = queue.recv().await {
            taken.push(item);
        }
        assert_eq!(taken, [0, 1, 2], "an item is lost");
        assert!(done.is_none_or(|done| done.is_ok() || $ctx.has_ended()));
    }};
}

#[cancel_test(by = context)]
async fn a_shield_keeps_what_was_taken(ctx: Context) {
    stores_all!(store_next, ctx);
}

#[cancel_test(by = [cancel, deadline])]
#[should_panic(expected = "an item is lost")]
async fn without_a_shield_it_is_lost(ctx: Context) {
    stores_all!(store_next_unshielded, ctx);
}

/// A shield delays the end of a context; it cannot hold a future that is dropped.
#[cancel_test(by = drop)]
#[should_panic(expected = "an item is lost")]
async fn a_shield_is_dropped_with_its_future(ctx: Context) {
    stores_all!(store_next, ctx);
}

#[cancel_test(by = context)]
async fn a_grace_lets_the_body_close_what_it_has_opened(ctx: Context) {
    #[taskward::cancellable(grace = "2s")]
    async fn work(ctx: &Context, open: &Cell<i32>) -> Result<(), ContextError> {
        open.set(1);
        let done = ctx.run(sleep(Duration::from_secs(1))).await;
        yield_now().await;
        open.set(0);
        done
    }
    let open = Cell::new(0);
    let done = cancellable(work(&ctx, &open)).await.expect("it is not dropped");
    assert_eq!(open.get(), 0, "left open");
    assert!(done.is_ok() || ctx.has_ended());
}

#[test]
fn the_report_says_which_end_it_was() {
    let body = |ctx: Context| async move {
        let work = async {
            yield_now().await;
            sleep(Duration::from_secs(1)).await;
        };
        let done = cancellable(ctx.run(work)).await.expect("it is not dropped");
        assert!(done.is_ok() || ctx.check().unwrap_err().is_cancelled(), "only a deadline fails it");
    };
    let test = CancelTest::new().named("t").by(Cancellation::CONTEXT);
    let report = test.explore(body);
    let [first, second] = report.failures() else { panic!("{report}") };
    assert!(first.to_string().starts_with("cancelled at suspension 1 (deadline) at tests/proof/"), "{first}");
    assert!(second.to_string().starts_with("cancelled at suspension 2 (deadline) at tests/proof/"), "{second}");
    assert!(report.to_string().contains(", cancel, cancel woken and deadline: "), "{report}");
    assert!(report.to_string().ends_with("TASKWARD_REPLAY='1:t:1.deadline'"), "{report}");
    let report = CancelTest::new().by([Cancellation::Cancel]).explore(body);
    assert!(report.failures().is_empty() && report.to_string().contains(" suspensions, cancel: "), "{report}");
}

/// The value is handed over, and the context ends before the receiver is polled: the sender has to
/// find out.
#[test]
fn a_hand_over_that_the_end_of_the_context_overtakes_is_found_by_cancel_woken() {
    let body = |ctx: Context| async move {
        let (waiter, item) = tokio::sync::oneshot::channel();
        let giver = tokio::spawn(async move {
            sleep(Duration::from_millis(1)).await;
            waiter.send(7).err()
        });
        let got = cancellable(ctx.run(item)).await.expect("it is not dropped");
        let back = giver.await.unwrap();
        assert!(got.is_ok() || back.is_some(), "the item is lost");
    };
    let found = |way| CancelTest::new().natural().by([way]).explore(body).failures().len();
    assert_eq!([found(Cancellation::Cancel), found(Cancellation::CancelWoken)], [0, 1]);
}
