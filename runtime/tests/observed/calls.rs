//! Metrics of calls.

use std::time::Duration;

use taskward::{Context, ContextError, cancellable};

use crate::meters::Meters;

#[cancellable(metrics)]
async fn counted(ctx: &Context, limit: u64) -> Result<(), ContextError> {
    ctx.sleep(Duration::from_secs(limit)).await
}

#[test]
fn calls_are_counted_by_name_and_outcome() {
    let meters = Meters::default();
    meters.record(async {
        let ctx = Context::background().with_timeout(Duration::from_secs(10));
        counted(&ctx, 1).await.unwrap();
        counted(&ctx, 2).await.unwrap();
        counted(&ctx, 20).await.unwrap_err();
        let endless = Context::background();
        let mut pending = Box::pin(counted(&endless, 60));
        _ = futures::poll!(pending.as_mut());
        drop(counted(&ctx, 1));
    });
    let read = |key: &str| meters.read(key);
    assert_eq!(read("taskward_calls_total{name=counted,outcome=ok}"), Some(2), "{meters:?}");
    assert_eq!(read("taskward_calls_total{name=counted,outcome=deadline_exceeded}"), Some(1));
    assert_eq!(read("taskward_calls_total{name=counted,outcome=dropped}"), Some(1));
    assert_eq!(read("taskward_call_seconds{name=counted}"), Some(4));
    assert_eq!(meters.gauge("taskward_calls_in_flight{name=counted}"), Some(0.0));
}
