//! Spans and metrics of annotated calls.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use taskward::{
    Context, ContextError, TaskGroup, WorkerPool, cancellable, lazy, once, retry, single_flight, with_timeout,
    worker_pool,
};
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

#[derive(Clone, Debug)]
enum Fault {
    Flaky,
    Interrupted,
}

impl From<ContextError> for Fault {
    fn from(_: ContextError) -> Self {
        Self::Interrupted
    }
}

#[retry(attempts = 3, backoff = "1s..2s", span, fields(%first, second = second.len()), metrics)]
async fn flaky(ctx: &Context, first: String, second: String) -> Result<usize, Fault> {
    tracing::info!("an attempt");
    ctx.checkpoint().await?;
    if first == "works" { Ok(second.len()) } else { Err(Fault::Flaky) }
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

#[single_flight(key = name.clone(), span, fields(name = name), metrics)]
async fn price(ctx: &Context, name: String) -> Result<u64, Fault> {
    tracing::info!("asking");
    ctx.sleep(Duration::from_secs(1)).await?;
    Ok(name.len() as u64)
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

#[worker_pool(workers = 2, span, fields(item), metrics)]
async fn resize(ctx: &Context, item: u64, factor: u64) -> Result<u64, ContextError> {
    ctx.sleep(Duration::from_secs(item)).await?;
    Ok(item * factor)
}

#[worker_pool(workers = 2, metrics)]
fn hash(ctx: &Context, item: u64) -> Result<u64, ContextError> {
    ctx.check()?;
    Ok(item)
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

/// Counts, by key.
#[derive(Clone, Debug, Default)]
struct Meters(Arc<Mutex<BTreeMap<String, Arc<AtomicU64>>>>);

/// The number of recorded values.
struct Values(Arc<AtomicU64>);

impl HistogramFn for Values {
    fn record(&self, _: f64) {
        self.0.fetch_add(1, Relaxed);
    }
}

impl Meters {
    /// Runs `call` with this recorder, on a paused clock.
    fn record<T>(&self, call: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        metrics::with_local_recorder(self, || runtime.block_on(call))
    }

    fn read(&self, key: &str) -> Option<u64> {
        self.0.lock().unwrap().get(key).map(|value| value.load(Relaxed))
    }

    fn gauge(&self, key: &str) -> Option<f64> {
        self.read(key).map(f64::from_bits)
    }

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

#[test]
fn a_group_that_asks_for_it_is_measured() {
    let meters = Meters::default();
    let sizes = || ["tasks", "queue_depth"].map(|size| meters.gauge(&format!("taskward_group_{size}{{name=jobs}}")));
    meters.record(async {
        let ctx = Context::background();
        let group = TaskGroup::<Result<(), ContextError>>::new(&ctx).limit(2).metrics("jobs").name("not a label");
        for seconds in 1..=5 {
            _ = group.spawn(move |ctx| async move { ctx.sleep(Duration::from_secs(seconds)).await });
        }
        assert_eq!(sizes(), [Some(5.0), Some(3.0)]);
        sleep(Duration::from_millis(3500)).await;
        // The first two are done.
        assert_eq!(sizes(), [Some(3.0), Some(1.0)]);
        for _ in 0..4 {
            _ = group.spawn(|ctx| async move { ctx.sleep(Duration::from_secs(60)).await });
        }
        assert_eq!(sizes(), [Some(7.0), Some(5.0)]);
        group.cancel();
        group.join().await.unwrap_err();
        assert_eq!(sizes(), [Some(0.0), Some(0.0)], "what waits when the group ends is counted off");
    });
    assert_eq!(meters.0.lock().unwrap().len(), 2, "{meters:?}");
}

#[test]
fn a_group_that_does_not_ask_is_not_measured() {
    let meters = Meters::default();
    meters.record(async {
        let group = TaskGroup::<()>::new(&Context::background()).name("connections");
        _ = group.spawn(|_| async {});
        group.join().await;
    });
    assert!(meters.0.lock().unwrap().is_empty(), "{meters:?}");
}

/// The number of items that no worker has claimed, and of workers.
fn pool_sizes(meters: &Meters, name: &str) -> [Option<f64>; 2] {
    ["queue_depth", "workers"].map(|size| meters.gauge(&format!("taskward_pool_{size}{{name={name}}}")))
}

#[test]
fn a_pool_that_asks_for_it_is_measured() {
    let meters = Meters::default();
    meters.record(async {
        let ctx = Context::background();
        let pool = WorkerPool::new(2).metrics("fetch");
        let mut run = Box::pin(pool.run(&ctx, 1..=10, |ctx, n: u64| async move {
            ctx.sleep(Duration::from_secs(n)).await?;
            Ok::<_, ContextError>(n)
        }));
        assert!(futures::poll!(run.as_mut()).is_pending());
        sleep(Duration::from_millis(500)).await;
        assert!(futures::poll!(run.as_mut()).is_pending());
        assert_eq!(pool_sizes(&meters, "fetch"), [Some(8.0), Some(2.0)]);
        assert_eq!(run.await.unwrap().len(), 10);
        assert_eq!(pool_sizes(&meters, "fetch"), [Some(0.0), Some(0.0)]);
    });
}

#[test]
fn a_pool_that_fails_or_is_dropped_leaves_nothing_on_its_gauges() {
    let meters = Meters::default();
    meters.record(async {
        let ctx = Context::background();
        let pool = WorkerPool::new(3).metrics("fetch");
        let failing = pool.run(&ctx, 0..100, |ctx, n: u8| async move {
            ctx.checkpoint().await.ok()?;
            (n != 5).then_some(n)
        });
        assert_eq!(failing.await, None);
        assert_eq!(pool_sizes(&meters, "fetch"), [Some(0.0), Some(0.0)]);

        let items = futures::stream::iter(0..100);
        let mut results = Box::pin(pool.stream(&ctx, items, |_, _: u8| std::future::pending::<Option<()>>()));
        assert!(futures::poll!(futures::StreamExt::next(&mut results)).is_pending());
        sleep(Duration::from_millis(1)).await;
        // Six are alive: one for each worker, and as many that wait.
        assert_eq!(pool_sizes(&meters, "fetch"), [Some(3.0), Some(3.0)]);
        drop(results);
        sleep(Duration::from_millis(1)).await;
        assert_eq!(pool_sizes(&meters, "fetch"), [Some(0.0), Some(0.0)]);
    });
}

#[test]
fn a_pool_function_measures_its_runs_under_its_name() {
    let meters = Meters::default();
    meters.record(async {
        let ctx = Context::background();
        let mut all = Box::pin(resize_all(&ctx, 1..=6, 10));
        assert!(futures::poll!(all.as_mut()).is_pending());
        sleep(Duration::from_millis(1)).await;
        assert_eq!(pool_sizes(&meters, "resize"), [Some(4.0), Some(2.0)]);
        assert_eq!(all.await.unwrap().len(), 6);
        assert_eq!(pool_sizes(&meters, "resize"), [Some(0.0), Some(0.0)]);
        assert_eq!(hash_all(&ctx, 0..100).await.unwrap().len(), 100);
        flaky(&ctx, "works".into(), "x".into()).await.unwrap();
        assert_eq!(price(&ctx, "tea".into()).await.unwrap(), 3);
    });
    assert_eq!(meters.read("taskward_calls_total{name=resize,outcome=ok}"), Some(6));
    assert_eq!(meters.read("taskward_calls_total{name=flaky,outcome=ok}"), Some(1));
    assert_eq!(meters.read("taskward_calls_total{name=price,outcome=ok}"), Some(1));
    // The threads of a blocking pool do not have the recorder of this test; its runs begin in the
    // test.
    assert!(pool_sizes(&meters, "hash")[0].is_some(), "{meters:?}");
}
