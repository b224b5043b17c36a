//! Clients that disconnect before they have their response.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_LENGTH;
use axum::routing::get;
use futures::{StreamExt, stream};
use taskward::{ClientGone, Context, ContextError, TaskGroup, cancellable};
use taskward_http::ContextLayer;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::support::{Ends, SOON, Server, ends, ms, soon};

#[derive(Clone)]
struct App {
    ends: Ends,
    begun: Arc<Notify>,
    done: Arc<AtomicBool>,
}

fn app() -> (App, tokio::sync::mpsc::UnboundedReceiver<Option<ContextError>>) {
    let (ends, told) = ends();
    (App { ends, begun: Arc::default(), done: Arc::default() }, told)
}

#[cancellable]
async fn waits(ctx: Context, State(app): State<App>) -> Result<(), ContextError> {
    let _witness = app.ends.watch(&ctx);
    app.begun.notify_one();
    std::future::pending().await
}

#[tokio::test]
async fn the_context_of_a_dropped_handler_says_that_the_client_has_gone() {
    let (app, mut told) = app();
    let begun = app.begun.clone();
    let server = Server::start(SOON, |ctx| {
        let owned = Router::new().route("/owned", get(waits)).layer(ContextLayer::new(ctx).owned());
        Router::new().route("/", get(waits)).layer(ContextLayer::new(ctx)).merge(owned).with_state(app)
    })
    .await;
    for path in ["/", "/owned"] {
        let mut client = server.connect().await;
        client.send(path, "").await;
        soon(begun.notified()).await;
        drop(client);
        let why = soon(told.recv()).await.unwrap().expect("the context lives");
        assert!(why.is_client_gone() && why.is_cancelled(), "{path}: {why}");
        assert!(why.cause().unwrap().is::<ClientGone>());
    }
}

/// Works in tasks of the request, which the handler does not wait for.
async fn spawns(ctx: Context, State(app): State<App>) {
    let group = TaskGroup::<()>::new(&ctx);
    let _task = group
        .spawn(async move |ctx: Context| {
            let _witness = app.ends.watch(&ctx);
            app.begun.notify_one();
            _ = ctx.cancelled().await;
        })
        .await;
    group.join().await;
}

#[tokio::test]
async fn tasks_below_a_request_stop_when_its_client_goes() {
    let (app, mut told) = app();
    let begun = app.begun.clone();
    let server =
        Server::start(SOON, |ctx| Router::new().route("/", get(spawns)).layer(ContextLayer::new(ctx)).with_state(app))
            .await;
    let mut client = server.connect().await;
    client.send("/", "").await;
    soon(begun.notified()).await;
    drop(client);
    let why = soon(told.recv()).await.unwrap().expect("the context lives");
    assert!(why.is_client_gone(), "{why}");
}

#[cancellable(grace = "2s")]
async fn cleans_up(ctx: Context, State(app): State<App>) -> Result<(), ContextError> {
    app.begun.notify_one();
    let why = ctx.cancelled().await;
    sleep(ms(50)).await; // rolls back
    app.done.store(true, SeqCst);
    let _witness = app.ends.watch(&ctx);
    Err(why)
}

#[tokio::test]
async fn in_the_owned_mode_a_grace_is_seen_through_after_the_client_has_gone() {
    for owned in [true, false] {
        let (app, mut told) = app();
        let (begun, done) = (app.begun.clone(), app.done.clone());
        let server = Server::start(SOON, |ctx| {
            let app = Router::new().route("/", get(cleans_up)).with_state(app);
            if owned { app.layer(ContextLayer::new(ctx).owned()) } else { app.layer(ContextLayer::new(ctx)) }
        })
        .await;
        let mut client = server.connect().await;
        client.send("/", "").await;
        soon(begun.notified()).await;
        drop(client);
        let why = timeout(if owned { SOON } else { ms(200) }, told.recv()).await.ok().flatten().flatten();
        assert_eq!(done.load(SeqCst), owned);
        assert_eq!(why.is_some_and(|why| why.is_client_gone()), owned);
        assert!(server.stop().await < SOON);
    }
}

async fn streams(ctx: Context, State(app): State<App>) -> Body {
    let witness = app.ends.watch(&ctx);
    app.begun.notify_one();
    Body::from_stream(stream::unfold(witness, async |witness| {
        sleep(ms(5)).await;
        Some((Ok::<_, ContextError>(Bytes::from_static(b"news\n")), witness))
    }))
}

#[tokio::test]
async fn a_streamed_body_keeps_the_context_until_its_client_goes() {
    let (app, mut told) = app();
    let server =
        Server::start(SOON, |ctx| Router::new().route("/", get(streams)).layer(ContextLayer::new(ctx)).with_state(app))
            .await;
    let mut client = server.connect().await;
    client.send("/", "").await;
    assert_eq!(soon(client.reply()).await.status, 200);
    sleep(ms(100)).await;
    assert!(told.try_recv().is_err(), "the context ended while the body was sent");
    drop(client);
    let why = soon(told.recv()).await.unwrap().expect("the context lives");
    assert!(why.is_client_gone(), "{why}");
}

async fn finite(ctx: Context, State(app): State<App>) -> Body {
    let app = app.clone();
    tokio::spawn(async move {
        let witness = app.ends.watch(&ctx);
        ctx.cancelled().await;
        drop(witness);
    });
    Body::from_stream(stream::iter(["a", "b"]).then(async |chunk| Ok::<_, ContextError>(chunk)))
}

#[tokio::test]
async fn the_context_ends_without_a_cause_when_the_response_is_complete() {
    let (app, mut told) = app();
    let server = Server::start(SOON, |ctx| {
        let fixed = async |ctx: Context, State(app): State<App>| {
            _ = finite(ctx, State(app)).await;
            "fixed"
        };
        let announced = async |ctx: Context, app: State<App>| ([(CONTENT_LENGTH, "2")], finite(ctx, app).await);
        let empty = async |ctx: Context, app: State<App>| {
            _ = finite(ctx, app).await;
            ([(CONTENT_LENGTH, "0")], Body::from_stream(stream::empty::<Result<Bytes, ContextError>>()))
        };
        Router::new()
            .route("/", get(finite))
            .route("/fixed", get(fixed))
            .route("/announced", get(announced))
            .route("/empty", get(empty))
            .layer(ContextLayer::new(ctx))
            .with_state(app)
    })
    .await;
    for request in ["GET /", "GET /fixed", "GET /announced", "GET /empty", "HEAD /", "HEAD /fixed"] {
        let (method, path) = request.split_once(' ').unwrap();
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let response = reqwest::Client::new().request(method, server.url(path)).send().await.unwrap();
        response.text().await.unwrap();
        let why = soon(told.recv()).await.unwrap().expect("the context lives");
        assert!(why.is_cancelled() && why.cause().is_none(), "{request}: {why}");
    }
}
