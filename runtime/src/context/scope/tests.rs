//! What only shows from inside: that nothing is left behind.

use std::future::pending;

use crate::Context;

fn observers(ctx: &Context) -> usize {
    ctx.scope().map_or(0, |scope| scope.observers())
}

#[tokio::test(start_paused = true)]
async fn a_finished_child_leaves_nothing_in_its_parent() {
    let (parent, _canceller) = Context::background().with_cancel();
    for _ in 0..1000 {
        let child = parent.with_timeout(std::time::Duration::from_millis(1));
        assert!(child.run(pending::<()>()).await.is_err());
        drop(child);
        let (child, canceller) = parent.with_cancel();
        let mut waiting = Box::pin(child.cancelled());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        assert_eq!(observers(&parent), 1);
        drop(waiting);
        drop((child, canceller));
        assert_eq!(observers(&parent), 0);
    }
}

#[tokio::test]
async fn whoever_stops_waiting_leaves_nothing() {
    let (ctx, _canceller) = Context::background().with_cancel();
    let mut race = Box::pin(ctx.run(pending::<()>()));
    let hook = ctx.on_cancel(drop);
    assert!(futures::poll!(race.as_mut()).is_pending());
    assert_eq!(observers(&ctx), 2);
    drop((race, hook));
    assert_eq!(observers(&ctx), 0);
}
