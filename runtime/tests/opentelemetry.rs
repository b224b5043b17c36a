//! The spans of annotated calls as OpenTelemetry's, through `tracing-opentelemetry`.

use std::time::Duration;

use opentelemetry::Value;
use opentelemetry::trace::{SpanId, Status, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use taskward::{Context, ContextError, TaskGroup, cancellable, with_timeout};
use tracing_subscriber::layer::SubscriberExt as _;

/// The spans that `call` has ended, in the order of their ends.
fn exported(call: impl Future<Output = ()>) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || runtime.block_on(call));
    provider.force_flush().unwrap();
    exporter.get_finished_spans().unwrap()
}

fn attribute(span: &SpanData, name: &str) -> Option<Value> {
    span.attributes.iter().find(|attribute| attribute.key.as_str() == name).map(|attribute| attribute.value.clone())
}

#[cancellable(span, fields(user = id))]
async fn load(ctx: &Context, id: u64) -> Result<u64, ContextError> {
    ctx.sleep(Duration::from_secs(id)).await?;
    Ok(id)
}

#[with_timeout("5s", span)]
async fn page(ctx: &Context, ids: [u64; 2]) -> Result<u64, ContextError> {
    let group = TaskGroup::new(ctx);
    for id in ids {
        _ = group.spawn(move |ctx| async move { load(&ctx, id).await });
    }
    Ok(group.join().await?.into_iter().sum())
}

#[test]
fn a_span_has_the_functions_name_and_its_fields_and_no_status_if_all_is_well() {
    let spans = exported(async { drop(load(&Context::background(), 1).await) });
    assert_eq!(spans.len(), 1);
    assert_eq!((&*spans[0].name, &spans[0].status), ("load", &Status::Unset));
    assert_eq!(attribute(&spans[0], "user"), Some("1".into()));
    assert_eq!(attribute(&spans[0], "outcome"), Some("ok".into()));
    assert_eq!(spans[0].parent_span_id, SpanId::INVALID);
}

#[test]
fn a_deadline_is_an_error() {
    let ctx = Context::background().with_timeout(Duration::from_millis(10));
    let spans = exported(async { drop(load(&ctx, 60).await) });
    assert!(matches!(spans[0].status, Status::Error { .. }), "{:?}", spans[0].status);
    assert_eq!(attribute(&spans[0], "outcome"), Some("deadline_exceeded".into()));
    assert_eq!(spans[0].events.iter().map(|event| &*event.name).collect::<Vec<_>>(), ["interrupted"]);
}

#[test]
fn a_cancellation_has_no_status() {
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel_with("enough");
    let spans = exported(async { drop(load(&ctx, 60).await) });
    assert_eq!(spans[0].status, Status::Unset);
    assert_eq!(attribute(&spans[0], "outcome"), Some("cancelled".into()));
}

#[test]
fn calls_in_tasks_are_children_of_the_call_that_spawned_them() {
    let spans = exported(async { assert_eq!(page(&Context::background(), [1, 2]).await.unwrap(), 3) });
    assert_eq!(spans.iter().map(|span| &*span.name).collect::<Vec<_>>(), ["load", "load", "page"]);
    let page = &spans[2];
    assert_eq!(page.parent_span_id, SpanId::INVALID);
    for load in &spans[..2] {
        assert_eq!(load.parent_span_id, page.span_context.span_id());
        assert_eq!(load.span_context.trace_id(), page.span_context.trace_id());
    }
}

#[test]
fn a_limit_marks_the_span_of_its_call() {
    let spans = exported(async { drop(page(&Context::background(), [1, 60]).await.unwrap_err()) });
    let page = spans.iter().find(|span| span.name == "page").unwrap();
    assert!(matches!(page.status, Status::Error { .. }), "{:?}", page.status);
    let loads: Vec<_> = spans.iter().filter(|span| span.name == "load").collect();
    assert_eq!(attribute(loads[0], "outcome"), Some("ok".into()), "one was done in time");
    assert!(loads.iter().all(|load| load.parent_span_id == page.span_context.span_id()));
}
