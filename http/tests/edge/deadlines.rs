//! The deadline of a request: the earliest of the caller's, the route's and the server's.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use taskward::Context;
use taskward_http::{ContextLayer, Owned};

use crate::support::{SOON, Server, ms};

/// Responds with the milliseconds that are left.
async fn left(ctx: Context) -> String {
    ctx.remaining().map_or("none".to_owned(), |left| left.as_millis().to_string())
}

async fn server(layer: impl FnOnce(ContextLayer) -> ContextLayer) -> Server {
    Server::start(SOON, |ctx| Router::new().route("/", get(left)).layer(layer(ContextLayer::new(ctx)))).await
}

async fn left_with(server: &Server, headers: &str) -> Option<Duration> {
    let reply = server.get("/", headers).await;
    assert_eq!(reply.status, 200, "{headers}: {}", reply.body);
    reply.body.parse().ok().map(Duration::from_millis)
}

/// Asserts that a little less than `of` is left.
#[track_caller]
fn assert_left(left: Option<Duration>, of: Duration) {
    let left = left.expect("there is no deadline");
    assert!(left <= of && left + SOON / 2 > of, "{left:?} of {of:?}");
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[tokio::test]
async fn the_earliest_deadline_counts() {
    let server = server(|layer| layer.limit(secs(50)).maximum(secs(100)).header("x-deadline-ms")).await;
    for (headers, expected) in [
        ("", 50),
        ("grpc-timeout: 20S\r\n", 20),
        ("connect-timeout-ms: 30000\r\n", 30),
        ("x-envoy-expected-rq-timeout-ms: 40000\r\n", 40),
        ("x-deadline-ms: 10000\r\n", 10),
        ("x-deadline-ms: 10000\r\ngrpc-timeout: 20S\r\n", 10),
        ("x-deadline-ms: 60000\r\n", 50),
        ("grpc-timeout: 99999999H\r\n", 50),
        ("x-deadline-ms: 9999999999\r\n", 50),
        ("x-other-ms: 1000\r\n", 50),
    ] {
        assert_left(left_with(&server, headers).await, secs(expected));
    }
}

#[tokio::test]
async fn the_servers_maximum_bounds_a_caller_and_holds_without_one() {
    let server = server(|layer| layer.maximum(secs(30))).await;
    assert_left(left_with(&server, "grpc-timeout: 1H\r\n").await, secs(30));
    assert_left(left_with(&server, "grpc-timeout: 10S\r\n").await, secs(10));
    assert_left(left_with(&server, "").await, secs(30));
}

#[tokio::test]
async fn without_any_limit_there_is_no_deadline() {
    let server = server(|layer| layer).await;
    assert_eq!(left_with(&server, "").await, None);
    assert_left(left_with(&server, "grpc-timeout: 10S\r\n").await, secs(10));
}

const MALFORMED: [&str; 10] = [
    "grpc-timeout:\r\n",
    "grpc-timeout: -1S\r\n",
    "grpc-timeout: 123456789S\r\n",
    "grpc-timeout: 10\r\n",
    "grpc-timeout: 10s\r\n",
    "grpc-timeout: 1S\r\ngrpc-timeout: 1S\r\n",
    "connect-timeout-ms: 12345678901\r\n",
    "connect-timeout-ms: +1\r\n",
    "x-envoy-expected-rq-timeout-ms: 1.5\r\n",
    "x-deadline-ms: soon\r\n",
];

#[tokio::test]
async fn a_malformed_deadline_is_refused() {
    let server = server(|layer| layer.header("x-deadline-ms")).await;
    for headers in MALFORMED {
        let reply = server.get("/", headers).await;
        assert_eq!(reply.status, 400, "{headers}");
        assert!(headers.starts_with(reply.body.split('`').nth(1).unwrap()), "{}", reply.body);
        let grpc = server.get("/", &format!("content-type: application/grpc\r\n{headers}")).await;
        assert_eq!((grpc.status, grpc.header("grpc-status")), (200, Some("3")), "{headers}");
    }
    let reply = server.get("/", "x-deadline-ms: \u{e9}1\r\n").await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn a_malformed_deadline_can_be_ignored_and_so_can_all() {
    let lenient = server(|layer| layer.limit(secs(50)).header("x-deadline-ms").ignore_malformed()).await;
    for headers in MALFORMED {
        assert_left(left_with(&lenient, headers).await, secs(50));
    }
    let deaf = server(|layer| layer.limit(secs(50)).ignore_headers()).await;
    assert_left(left_with(&deaf, "grpc-timeout: 1S\r\n").await, secs(50));
    assert_left(left_with(&deaf, "grpc-timeout: x\r\n").await, secs(50));
}

#[tokio::test]
async fn a_deadline_that_has_passed_is_answered_without_the_handler() {
    let server = Server::start(SOON, |ctx| {
        let handler = async || -> () { panic!("the handler was called") };
        let owned: ContextLayer<Owned> = ContextLayer::new(ctx).owned();
        Router::new()
            .route("/", get(handler))
            .layer(ContextLayer::new(ctx))
            .merge(Router::new().route("/owned", get(handler)).layer(owned))
    })
    .await;
    for path in ["/", "/owned"] {
        assert_eq!(server.get(path, "grpc-timeout: 0n\r\n").await.status, 504);
        let grpc = server.get(path, "content-type: application/grpc+proto\r\ngrpc-timeout: 0n\r\n").await;
        assert_eq!((grpc.status, grpc.header("grpc-status")), (200, Some("4")));
    }
}

#[tokio::test]
async fn a_handler_that_never_looks_is_cut_at_the_deadline_of_its_caller() {
    let server = Server::start(SOON, |ctx| {
        let handler = get(std::future::pending::<()>);
        let owned = Router::new().route("/owned", handler.clone()).layer(ContextLayer::new(ctx).owned());
        Router::new().route("/", handler).layer(ContextLayer::new(ctx)).merge(owned)
    })
    .await;
    for path in ["/", "/owned"] {
        let began = std::time::Instant::now();
        assert_eq!(server.get(path, "connect-timeout-ms: 50\r\n").await.status, 504);
        assert!(began.elapsed() >= ms(50) && began.elapsed() < SOON / 2, "{:?}", began.elapsed());
    }
}
