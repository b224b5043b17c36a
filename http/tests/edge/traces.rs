//! The request id and the trace of a request, through a service to the next one.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::get;
use opentelemetry::Context as Trace;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use taskward::{Context, cancellable};
use taskward_http::ContextLayer;
use taskward_http::reqwest::{Error, RequestBuilderExt};

use crate::support::{SOON, Server};

/// A propagator that passes `traceparent` on unchanged.
#[derive(Debug)]
struct Plain;

#[derive(Debug, PartialEq)]
struct Parent(String);

impl TextMapPropagator for Plain {
    fn inject_context(&self, trace: &Trace, into: &mut dyn Injector) {
        if let Some(Parent(parent)) = trace.get() {
            into.set("traceparent", parent.clone());
        }
    }

    fn extract_with_context(&self, trace: &Trace, from: &dyn Extractor) -> Trace {
        match from.get("traceparent") {
            Some(parent) => trace.with_value(Parent(parent.to_owned())),
            None => trace.clone(),
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        static FIELDS: LazyLock<[String; 1]> = LazyLock::new(|| ["traceparent".to_owned()]);
        FieldIter::new(&*FIELDS)
    }
}

#[cancellable]
async fn forward(ctx: Context, State(next): State<String>) -> Result<String, Error> {
    let parent = ctx.value::<Trace>().and_then(Trace::get::<Parent>).map_or("-", |parent| &*parent.0).to_owned();
    let sent = reqwest::Client::new().get(next).send_with(&ctx).await?.text().await?;
    Ok(format!("{parent} {sent}"))
}

impl axum::response::IntoResponse for Failed {
    fn into_response(self) -> axum::response::Response {
        self.0.to_string().into_response()
    }
}

struct Failed(Error);

#[tokio::test]
async fn the_id_and_the_trace_of_a_request_go_along() {
    opentelemetry::global::set_text_map_propagator(Plain);
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
        Router::new()
            .route("/", get(handler))
            .layer(ContextLayer::new(ctx).request_id("x-request-id"))
            .with_state(last.url("/"))
    })
    .await;
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let reply = first.get("/", &format!("traceparent: {parent}\r\nx-request-id: 7\r\n")).await;
    assert_eq!(reply.body, format!("{parent} {parent} 7"));
    let reply = first.get("/", "x-request-id: 8\r\n").await;
    assert_eq!(reply.body, "- - 8");
}
