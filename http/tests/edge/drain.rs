//! The end of a service: requests in flight are completed within a bound.

use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message, WebSocket};
use axum::response::Response;
use axum::routing::get;
use futures::{SinkExt, StreamExt, stream};
use taskward::{Context, ContextError, cancellable};
use taskward_http::{ContextLayer, connection, draining};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_tungstenite::client_async;

use crate::support::{SOON, Server, ms, soon};

#[cancellable]
async fn slow(ctx: Context) -> Result<&'static str, ContextError> {
    ctx.sleep(ms(200)).await?;
    Ok("finished")
}

#[cancellable]
async fn endless(ctx: Context) -> Result<(), ContextError> {
    Err(ctx.cancelled().await)
}

#[tokio::test]
async fn idle_connections_do_not_hold_up_the_end() {
    let server = Server::start(SOON, |ctx| Router::new().route("/", get(slow)).layer(ContextLayer::new(ctx))).await;
    let mut used = server.connect().await;
    used.send("/", "").await;
    assert_eq!(soon(used.reply()).await.status, 200);
    let silent = server.connect().await;
    let mut half = server.connect().await;
    tokio::io::AsyncWriteExt::write_all(&mut half.0, b"GET / HT").await.unwrap();
    sleep(ms(20)).await;
    // A connection with a part of a head counts as idle to its observer; it is closed at the
    // bound.
    drop(half);
    let took = server.stop().await;
    assert!(took < ms(1000), "{took:?}");
    drop(silent);
}

#[tokio::test]
async fn requests_in_flight_are_finished() {
    let server = Server::start(SOON, |ctx| Router::new().route("/", get(slow)).layer(ContextLayer::new(ctx))).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = server.connect().await;
        client.send("/", "").await;
        clients.push(client);
    }
    sleep(ms(50)).await;
    let address = server.address;
    let replies = tokio::spawn(async move {
        for client in &mut clients {
            let reply = client.reply().await;
            assert_eq!((reply.status, &*reply.body), (200, "finished"));
            assert!(client.read_to_end().await.unwrap().is_empty(), "the connection is closed after the response");
        }
    });
    let took = server.stop().await;
    assert!(took < SOON / 2, "{took:?}");
    soon(replies).await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "it still listens");
}

#[tokio::test]
async fn requests_left_at_the_end_of_the_drain_are_interrupted_and_answer_503() {
    for owned in [false, true] {
        let server = Server::start(ms(200), |ctx| {
            let app = Router::new().route("/", get(endless)).route("/deaf", get(std::future::pending::<()>));
            if owned { app.layer(ContextLayer::new(ctx).owned()) } else { app.layer(ContextLayer::new(ctx)) }
        })
        .await;
        let mut clients = [server.connect().await, server.connect().await];
        clients[0].send("/", "").await;
        clients[1].send("/deaf", "").await;
        sleep(ms(50)).await;
        let replies = tokio::spawn(async move {
            for client in &mut clients {
                let reply = client.reply().await;
                assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")), "{reply:?}");
            }
        });
        let took = server.stop().await;
        assert!(took >= ms(200) && took < SOON / 2, "{took:?}");
        soon(replies).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_drain_requests_are_interrupted_at_once() {
    let server = Server::start(ms(0), |ctx| Router::new().route("/", get(endless)).layer(ContextLayer::new(ctx))).await;
    let mut client = server.connect().await;
    client.send("/", "").await;
    sleep(ms(50)).await;
    let took = server.stop().await;
    assert!(took < ms(1000), "{took:?}");
    assert_eq!(soon(client.reply()).await.status, 503);
}

/// Endless news, or news until the drain begins.
fn news(ctx: &Context, polite: bool) -> Body {
    let news = stream::repeat("data: news\n\n").then(async |line| {
        sleep(ms(5)).await;
        Ok::<_, ContextError>(line)
    });
    if polite { Body::from_stream(news.take_until(draining(ctx).into_cancelled())) } else { Body::from_stream(news) }
}

#[tokio::test]
async fn a_stream_of_events_ends_with_the_drain_or_at_its_beginning() {
    for polite in [true, false] {
        let server = Server::start(ms(500), |ctx| {
            Router::new().route("/", get(async move |ctx: Context| news(&ctx, polite))).layer(ContextLayer::new(ctx))
        })
        .await;
        let mut client = server.connect().await;
        client.send("/", "").await;
        assert_eq!(soon(client.reply()).await.status, 200);
        let reader = tokio::spawn(async move { client.read_to_end().await });
        let took = server.stop().await;
        assert_eq!(took < ms(400), polite, "{took:?}");
        assert!(took < SOON / 2, "{took:?}");
        let body = soon(reader).await.unwrap();
        assert_eq!(body.is_ok_and(|body| body.ends_with(b"0\r\n\r\n")), polite, "the body is complete");
    }
}

/// Echoes until its context ends, and then says goodbye.
async fn echo(ctx: Context, mut socket: WebSocket) {
    while let Ok(Some(Ok(message))) = ctx.run(socket.recv()).await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
    _ = socket.send(Message::Text("goodbye".into())).await;
}

async fn polite(ctx: Context, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| echo(draining(&ctx), socket))
}

async fn stubborn(ctx: Context, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| echo(connection(&ctx), socket))
}

/// Ignores every context.
async fn deaf(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|mut socket| async move { while let Some(Ok(_)) = socket.recv().await {} })
}

#[tokio::test]
async fn web_sockets_belong_to_the_service() {
    for (path, least, goodbye) in [("/polite", 0, true), ("/stubborn", 300, true), ("/deaf", 300, false)] {
        let server = Server::start(ms(300), |ctx| {
            Router::new()
                .route("/polite", get(polite))
                .route("/stubborn", get(stubborn))
                .route("/deaf", get(deaf))
                .layer(ContextLayer::new(ctx).limit(ms(100)))
        })
        .await;
        let stream = TcpStream::connect(server.address).await.unwrap();
        let (mut socket, _) = client_async(format!("ws://localhost{path}"), stream).await.unwrap();
        sleep(ms(150)).await; // longer than the limit of the response
        if path != "/deaf" {
            socket.send("hello".into()).await.unwrap();
            assert_eq!(soon(socket.next()).await.unwrap().unwrap().into_text().unwrap(), "hello");
        }
        let began = Instant::now();
        let reader = tokio::spawn(async move { socket.next().await });
        let took = server.stop().await;
        assert!(took >= ms(least) && took < ms(least + 1000), "{path}: {took:?}");
        let last = soon(reader).await.unwrap();
        let is_goodbye = matches!(&last, Some(Ok(message)) if message.to_text().is_ok_and(|text| text == "goodbye"));
        assert_eq!(is_goodbye, goodbye, "{path}: {last:?}, after {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_dropped_server_closes_its_connections() {
    let server = Server::start(SOON, |ctx| Router::new().route("/", get(endless)).layer(ContextLayer::new(ctx))).await;
    let mut client = server.connect().await;
    client.send("/", "").await;
    sleep(ms(20)).await;
    server.done.abort();
    let rest = soon(client.read_to_end()).await;
    assert!(rest.map_or(true, |rest| rest.is_empty()));
}

#[tokio::test]
async fn more_connections_than_the_limit_wait_their_turn() {
    let (ctx, _stop) = Context::background().with_cancel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/", get(slow)).layer(ContextLayer::new(&ctx));
    let server = taskward_http::axum::serve(listener, app, &ctx).connections(1);
    let server = tokio::spawn(server.into_future());
    let began = Instant::now();
    let get = async || {
        let response = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        response.get(format!("http://{address}/")).send().await.unwrap().text().await.unwrap()
    };
    let (one, other) = soon(futures::future::join(get(), get())).await;
    assert_eq!((&*one, &*other), ("finished", "finished"));
    assert!(began.elapsed() >= ms(400), "{:?}", began.elapsed());
    server.abort();
}
