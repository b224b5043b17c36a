//! Spans of calls.

use std::sync::Arc;
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, lazy, once, with_timeout};
use tokio::time::sleep;

use crate::functions::{flaky, price, resize_all};
use crate::log::told;

#[cancellable(span, fields(user = id, %name))]
async fn load(ctx: &Context, id: u64, name: &str) -> Result<usize, ContextError> {
    tracing::info!("loading");
    ctx.sleep(Duration::from_secs(id)).await?;
    Ok(name.len())
}

#[test]
fn a_call_has_a_span_with_its_name_and_fields() {
    let lines = told(async { load(&Context::background(), 1, "ann").await.unwrap() });
    let expected = ["new load user=1 name=ann", "load: INFO message=loading", "load outcome=ok", "end load"];
    assert_eq!(lines, expected);
}

#[test]
fn a_deadline_is_an_error_with_its_cause() {
    let ctx = Context::background().with_timeout_cause(Duration::from_secs(5), "the route allows 5 s");
    let lines = told(async { load(&ctx, 60, "ann").await.unwrap_err() });
    let expected = [
        "load outcome=deadline_exceeded",
        "load otel.status_code=ERROR",
        "load: WARN message=interrupted outcome=deadline_exceeded cause=deadline exceeded: the route allows 5 s",
        "end load",
    ];
    assert_eq!(lines[2..], expected);
}

#[test]
fn a_cancellation_is_no_error() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with("enough");
    let lines = told(async { load(&ctx, 60, "ann").await.unwrap_err() });
    let event = "load: INFO message=interrupted outcome=cancelled cause=cancelled: enough";
    assert_eq!(lines[1..], ["load outcome=cancelled", event, "end load"]);
}

#[test]
fn a_call_that_its_caller_drops_says_so() {
    let ctx = Context::background();
    let lines = told(async {
        tokio::select! {
            _ = load(&ctx, 60, "ann") => panic!("it is done"),
            () = sleep(Duration::from_secs(1)) => {}
        }
    });
    let event = "load: DEBUG message=dropped by its caller outcome=dropped";
    assert_eq!(lines[2..], ["load outcome=dropped", event, "end load"]);
    assert_eq!(told(async { drop(load(&ctx, 60, "ann")) }), ["new load user=60 name=ann", "end load"]);
}

#[derive(Debug)]
struct Broken;

impl From<ContextError> for Broken {
    fn from(_: ContextError) -> Self {
        Self
    }
}

#[with_timeout("5s", span)]
async fn breaks(late: bool) -> Result<(), Broken> {
    if late {
        std::future::pending::<()>().await;
    }
    Err(Broken)
}

#[with_timeout("5s", span)]
async fn limited(ctx: Context) {
    ctx.cancelled().await;
}

#[test]
fn an_error_of_the_call_itself_is_no_interruption() {
    let lines = told(async { breaks(false).await.unwrap_err() });
    assert_eq!(lines[1..], ["breaks outcome=error", "breaks otel.status_code=ERROR", "end breaks"]);
    let lines = told(async { breaks(true).await.unwrap_err() });
    assert_eq!(lines[1], "breaks outcome=deadline_exceeded");
    let lines = told(async { limited(Context::background()).await });
    assert!(lines[3].ends_with("cause=deadline exceeded: `limited` took longer than 5s"), "{lines:?}");
}

#[cancellable(span)]
async fn falls_back(ctx: &Context) -> Option<usize> {
    let short = ctx.with_timeout(Duration::from_secs(1));
    Some(load(&short, 60, "ann").await.unwrap_or(0))
}

#[test]
fn a_call_that_deals_with_an_interruption_is_fine() {
    let lines = told(async { falls_back(&Context::background()).await.unwrap() });
    assert_eq!(lines[lines.len() - 2..], ["falls_back outcome=ok", "end falls_back"]);
    assert!(lines.contains(&"load outcome=deadline_exceeded".to_owned()), "{lines:?}");
}

struct Service;

trait Loads {
    async fn load(&self, ctx: &Context, pair: (u8, u8)) -> Result<u8, ContextError>;
}

impl Loads for Service {
    #[with_timeout("1s")]
    #[cancellable(span)]
    async fn load(&self, ctx: &Context, (a, b): (u8, u8)) -> Result<u8, ContextError> {
        ctx.checkpoint().await?;
        Ok(a + b)
    }
}

#[test]
fn methods_and_stacks_have_one_span() {
    let lines = told(async { Service.load(&Context::background(), (1, 2)).await.unwrap() });
    assert_eq!(lines, ["new load", "load outcome=ok", "end load"]);
}

#[test]
fn a_retried_call_has_one_span_for_all_attempts() {
    let lines = told(async { flaky(&Context::background(), "fails".into(), "x".into()).await.unwrap_err() });
    let attempt = "flaky: INFO message=an attempt";
    let end = ["flaky outcome=error", "flaky otel.status_code=ERROR", "end flaky"];
    assert_eq!(lines[..4], ["new flaky first=fails second=1", attempt, attempt, attempt]);
    assert_eq!(lines[4..], end);
    let short = Context::background().with_timeout(Duration::ZERO);
    let lines = told(async { flaky(&short, "works".into(), "x".into()).await.unwrap_err() });
    assert!(lines.contains(&"flaky outcome=deadline_exceeded".to_owned()), "{lines:?}");
}

#[once(span)]
async fn settings() -> &'static String {
    tracing::info!("made");
    tokio::task::yield_now().await;
    "settings".to_owned()
}

#[lazy(span, fields(pool = "main"))]
async fn connection(ctx: &Context) -> Result<Arc<u32>, ContextError> {
    ctx.checkpoint().await?;
    tracing::info!("connected");
    Ok(7)
}

#[test]
fn each_call_of_a_memoizing_function_has_a_span_and_the_run_is_in_that_of_its_first_caller() {
    let lines = told(async { [settings().await, settings().await] });
    let call = ["new settings", "settings outcome=ok", "end settings"];
    assert_eq!(lines[..2], ["new settings", "settings: INFO message=made"]);
    assert_eq!(lines[2..4], call[1..]);
    assert_eq!(lines[4..], call);

    let lines = told(async {
        let ctx = Context::background();
        (connection(&ctx).await.unwrap(), connection(&ctx).await.unwrap())
    });
    assert_eq!(lines[..2], ["new connection pool=main", "connection: INFO message=connected"]);
    assert_eq!(lines[4..], ["new connection pool=main", "connection outcome=ok", "end connection"]);
}

#[test]
fn each_caller_of_a_shared_run_has_a_span_with_its_own_end() {
    let lines = told(async {
        let (ctx, brief) = (Context::background(), Context::background().with_timeout(Duration::from_millis(10)));
        let (patient, hasty) = tokio::join!(price(&ctx, "tea".into()), price(&brief, "tea".into()));
        assert_eq!((patient.unwrap(), hasty.is_err()), (3, true));
    });
    let count = |line: &str| lines.iter().filter(|told| *told == line).count();
    assert_eq!(count("new price name=tea"), 2, "{lines:?}");
    assert_eq!(count("price: INFO message=asking"), 1, "{lines:?}");
    assert_eq!((count("price outcome=ok"), count("price outcome=deadline_exceeded")), (1, 1), "{lines:?}");
}

#[test]
fn each_call_of_a_pool_has_a_span_below_that_of_the_caller() {
    let lines = told(async {
        use tracing::Instrument as _;
        let ctx = Context::background();
        let all = resize_all(&ctx, 1..=2, 10);
        assert_eq!(all.instrument(tracing::info_span!("upload")).await.unwrap(), [10, 20]);
    });
    let expected = ["new upload", "new resize item=1", "new resize item=2", "resize outcome=ok", "end resize"];
    assert_eq!(lines[..5], expected);
    assert_eq!(lines.iter().filter(|line| *line == "resize outcome=ok").count(), 2);
}
