//! Clients that behave badly.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use futures::stream;
use taskward::{Context, ContextError, cancellable};
use taskward_http::ContextLayer;
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use crate::support::{SOON, Server, ms, soon};

#[cancellable]
async fn upload(ctx: Context, body: Bytes) -> Result<String, ContextError> {
    ctx.check()?;
    Ok(body.len().to_string())
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_runs_into_the_deadline() {
    let server =
        Server::start(SOON, |ctx| Router::new().route("/", post(upload)).layer(ContextLayer::new(ctx).limit(ms(100))))
            .await;
    let mut client = server.connect().await;
    client.0.write_all(b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 1000\r\n\r\na").await.unwrap();
    assert_eq!(soon(client.reply()).await.status, 504);
}

#[tokio::test]
async fn a_client_that_never_reads_is_left_at_the_end_of_the_drain() {
    let server = Server::start(ms(100), |ctx| {
        let flood = async |_: Context| {
            Body::from_stream(stream::repeat_with(|| Ok::<_, ContextError>(Bytes::from_static(&[b'x'; 8192]))))
        };
        Router::new().route("/", get(flood)).layer(ContextLayer::new(ctx))
    })
    .await;
    let mut client = server.connect().await;
    client.send("/", "").await;
    sleep(ms(50)).await;
    let took = server.stop().await;
    assert!(took < SOON / 2, "{took:?}");
}

#[tokio::test]
async fn connections_that_are_reset_or_half_closed_stop_nobody_else() {
    let server = Server::start(SOON, |ctx| {
        Router::new().route("/", post(upload)).route("/", get(|| async { "ok" })).layer(ContextLayer::new(ctx))
    })
    .await;
    for round in 0..30 {
        let mut client = server.connect().await;
        let garbage: &[u8] =
            [&b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nab"[..], b"\x16\x03\x01\x02", b"GET"][round % 3];
        client.0.write_all(garbage).await.unwrap();
        if round % 2 == 0 {
            client.0.shutdown().await.unwrap();
        }
    }
    assert_eq!(server.get("/", "").await.body, "ok");
    assert!(server.stop().await < SOON);
}

#[tokio::test]
async fn a_context_value_of_another_type_is_none() {
    let server = Server::start(SOON, |ctx| {
        let handler = async |ctx: Context| format!("{:?}", ctx.value::<u8>());
        Router::new().route("/", get(handler)).layer(ContextLayer::new(&ctx.with_value(7_u16)))
    })
    .await;
    assert_eq!(server.get("/", "").await.body, "None");
}

#[tokio::test]
async fn values_of_the_service_are_those_of_its_requests() {
    let (ctx, stop) = Context::background().with_cancel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handler = async |ctx: Context, ConnectInfo(peer): ConnectInfo<std::net::SocketAddr>| {
        format!("{:?} {}", ctx.value::<u8>(), peer.ip())
    };
    let app = Router::new().route("/", get(handler)).layer(ContextLayer::new(&ctx.with_value(7_u8)));
    let server = tokio::spawn(taskward_http::axum::serve(listener, app, &ctx).connect_info().into_future());
    let text = reqwest::get(format!("http://{address}/")).await.unwrap().text().await.unwrap();
    assert_eq!(text, "Some(7) 127.0.0.1");
    stop.cancel();
    soon(server).await.unwrap().unwrap();
}
