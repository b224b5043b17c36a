//! Spans and metrics of annotated calls.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use taskward::{Context, ContextError, cancellable, with_timeout};
use tokio::time::sleep;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context as Layered, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// What was told, a line each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {}={value}", field.name()).unwrap();
    }
}

impl Log {
    fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Log {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Layered<'_, S>) {
        let mut fields = Fields(String::new());
        attributes.record(&mut fields);
        self.push(format!("new {}{}", attributes.metadata().name(), fields.0));
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, ctx: Layered<'_, S>) {
        let mut fields = Fields(String::new());
        record.record(&mut fields);
        self.push(format!("{}{}", ctx.span(id).unwrap().name(), fields.0));
    }

    fn on_event(&self, event: &Event<'_>, ctx: Layered<'_, S>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        let span = ctx.event_span(event).map_or("-", |span| span.name());
        self.push(format!("{span}: {}{}", event.metadata().level(), fields.0));
    }

    fn on_close(&self, id: Id, ctx: Layered<'_, S>) {
        self.push(format!("end {}", ctx.span(&id).unwrap().name()));
    }
}

/// What is told of `call`.
fn told<T>(call: impl Future<Output = T>) -> Vec<String> {
    let log = Log::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(log.clone()), || runtime.block_on(call));
    Arc::try_unwrap(log.0).map_or_else(|log| log.lock().unwrap().clone(), |log| log.into_inner().unwrap())
}

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

/// Counts, by key.
#[derive(Clone, Default)]
struct Meters(Arc<Mutex<BTreeMap<String, Arc<AtomicU64>>>>);

/// The number of recorded values.
struct Values(Arc<AtomicU64>);

impl HistogramFn for Values {
    fn record(&self, _: f64) {
        self.0.fetch_add(1, Relaxed);
    }
}

impl Meters {
    fn of(&self, key: &Key) -> Arc<AtomicU64> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        self.0.lock().unwrap().entry(format!("{}{{{}}}", key.name(), labels.join(","))).or_default().clone()
    }
}

impl Recorder for Meters {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.of(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.of(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(Values(self.of(key))))
    }
}

#[cancellable(metrics)]
async fn counted(ctx: &Context, limit: u64) -> Result<(), ContextError> {
    ctx.sleep(Duration::from_secs(limit)).await
}

#[test]
fn calls_are_counted_by_name_and_outcome() {
    let meters = Meters::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    metrics::with_local_recorder(&meters, || {
        runtime.block_on(async {
            let ctx = Context::background().with_timeout(Duration::from_secs(10));
            counted(&ctx, 1).await.unwrap();
            counted(&ctx, 2).await.unwrap();
            counted(&ctx, 20).await.unwrap_err();
            let endless = Context::background();
            let mut pending = Box::pin(counted(&endless, 60));
            _ = futures::poll!(pending.as_mut());
            drop(counted(&ctx, 1));
        });
    });
    let all = meters.0.lock().unwrap();
    let read = |key: &str| all.get(key).map(|value| value.load(Relaxed));
    assert_eq!(read("taskward_calls_total{name=counted,outcome=ok}"), Some(2), "{all:?}");
    assert_eq!(read("taskward_calls_total{name=counted,outcome=deadline_exceeded}"), Some(1));
    assert_eq!(read("taskward_calls_total{name=counted,outcome=dropped}"), Some(1));
    assert_eq!(read("taskward_call_seconds{name=counted}"), Some(4));
    assert_eq!(read("taskward_calls_in_flight{name=counted}").map(f64::from_bits), Some(0.0));
}
