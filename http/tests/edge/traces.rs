//! The request id and the trace of a request, through a service to the next one.

use std::convert::Infallible;
use std::future::ready;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, Response};
use axum::routing::get;
use opentelemetry::Context as Trace;
use opentelemetry::trace::{SpanId, TraceContextExt as _, TracerProvider as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use taskward::{Context, cancellable};
use taskward_http::ContextLayer;
use taskward_http::reqwest::{Error, RequestBuilderExt};
use tower::{Layer as _, ServiceExt as _, service_fn};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::support::{SOON, Server};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

/// Returns the span of the caller, and the headers that the next service received.
#[cancellable(span)]
async fn forward(ctx: Context, State(next): State<String>) -> Result<String, Error> {
    let parent = ctx.value::<Trace>().map(|trace| trace.span().span_context().span_id());
    let sent = reqwest::Client::new().get(next).send_with(&ctx).await?.text().await?;
    Ok(format!("{} {sent}", parent.map_or("-".to_owned(), |parent| parent.to_string())))
}

impl axum::response::IntoResponse for Failed {
    fn into_response(self) -> axum::response::Response {
        self.0.to_string().into_response()
    }
}

struct Failed(Error);

/// A service that forwards requests to one that says what it was sent.
async fn services(is_owned: bool) -> (Server, Server) {
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let last = Server::start(SOON, |_| {
        let show = async |headers: HeaderMap| {
            let show = |name| headers.get(name).map_or("-", |value| value.to_str().unwrap()).to_owned();
            format!("{} {}", show("traceparent"), show("x-request-id"))
        };
        Router::new().route("/", get(show))
    })
    .await;
    let first = Server::start(SOON, |ctx| {
        let handler = async |ctx: Context, next: State<String>| forward(ctx, next).await.map_err(Failed);
        let layer = ContextLayer::new(ctx).request_id("x-request-id");
        let router = Router::new().route("/", get(handler));
        let router = if is_owned { router.layer(layer.owned()) } else { router.layer(layer) };
        router.with_state(last.url("/"))
    })
    .await;
    (first, last)
}

#[tokio::test]
async fn the_id_and_the_trace_of_a_request_go_along() {
    let (first, _last) = services(false).await;
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let reply = first.get("/", &format!("traceparent: {parent}\r\nx-request-id: 7\r\n")).await;
    assert_eq!(reply.body, format!("{SPAN} {parent} 7"));
    let reply = first.get("/", "x-request-id: 8\r\n").await;
    assert_eq!(reply.body, "- - 8");
}

#[tokio::test]
async fn the_span_of_a_handler_is_between_that_of_its_caller_and_the_next_service() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let _here = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    for is_owned in [false, true] {
        exporter.reset();
        let (first, _last) = services(is_owned).await;
        let reply = first.get("/", &format!("traceparent: 00-{TRACE}-{SPAN}-01\r\nx-request-id: 7\r\n")).await;
        let spans = exporter.get_finished_spans().unwrap();
        let span = spans.iter().find(|span| span.name == "forward").expect("the handler has a span");
        assert_eq!(span.span_context.trace_id().to_string(), TRACE);
        assert_eq!(span.parent_span_id, SpanId::from_hex(SPAN).unwrap());
        let own = span.span_context.span_id();
        assert_eq!(reply.body, format!("{SPAN} 00-{TRACE}-{own}-01 7"), "owned: {is_owned}");
    }
}

#[tokio::test]
async fn the_span_of_a_layer_that_starts_it_with_the_call_is_a_child_of_the_callers() {
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let _here = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let inner = service_fn(|_: Request<Body>| {
        drop(tracing::info_span!("called"));
        ready(Ok::<_, Infallible>(Response::new(Body::empty())))
    });
    let request = || {
        let parent = format!("00-{TRACE}-{SPAN}-01");
        Request::builder().header("traceparent", parent).body(Body::empty()).unwrap()
    };
    let layer = ContextLayer::new(&Context::background());
    layer.layer(inner).oneshot(request()).await.unwrap();
    layer.owned().layer(inner).oneshot(request()).await.unwrap();
    let parents: Vec<_> = exporter.get_finished_spans().unwrap().iter().map(|span| span.parent_span_id).collect();
    assert_eq!(parents, [SpanId::from_hex(SPAN).unwrap(); 2]);
}
