//! Calls that carry the caller's context: reqwest, and a deadline across three services.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::get;
use taskward::{Context, ContextError, cancellable};
use taskward_http::reqwest::{Error, RequestBuilderExt};
use taskward_http::{ContextLayer, DEADLINE_HEADER};
use tokio::sync::mpsc;

use crate::support::{Ends, SOON, Server, ends, ms, soon};

#[tokio::test]
async fn a_request_says_how_much_time_is_left_and_its_id() {
    let server = Server::start(SOON, |_| {
        let show = async |headers: HeaderMap| {
            let show = |name| headers.get(name).map_or("-", |value| value.to_str().unwrap()).to_owned();
            format!("{} {}", show(DEADLINE_HEADER), show("x-request-id"))
        };
        Router::new().route("/", get(show))
    })
    .await;
    let url = server.url("/");
    let call = async |ctx: &Context| -> String {
        reqwest::Client::new().get(&url).send_with(ctx).await.unwrap().text().await.unwrap()
    };
    assert_eq!(call(&Context::background()).await, "- -");
    let text = call(&Context::background().with_timeout(SOON)).await;
    let left: u128 = text.strip_suffix(" -").unwrap().parse().unwrap();
    assert!(left <= SOON.as_millis() && left > SOON.as_millis() / 2, "{left}");
}

#[tokio::test]
async fn a_request_ends_with_its_context() {
    let server = Server::start(SOON, |_| Router::new().route("/", get(std::future::pending::<()>))).await;
    let client = reqwest::Client::new();
    let limited = Context::background().with_timeout(ms(50));
    let late = client.get(server.url("/")).send_with(&limited).await.unwrap_err();
    assert!(matches!(&late, Error::Interrupted(why) if why.is_deadline_exceeded()), "{late}");
    let unsent = client.get(server.url("/")).send_with(&limited).await.unwrap_err();
    assert!(matches!(unsent, Error::Interrupted(_)));

    let long = Context::background().with_timeout(SOON);
    let own = soon(client.get(server.url("/")).timeout(ms(50)).send_with(&long)).await.unwrap_err();
    assert!(matches!(own, Error::Request(error) if error.is_timeout()));

    let (ctx, canceller) = Context::background().with_cancel();
    let call = client.get(server.url("/")).send_with(&ctx);
    let (result, ()) = soon(futures::future::join(call, async {
        tokio::time::sleep(ms(50)).await;
        canceller.cancel_with("enough");
    }))
    .await;
    assert_eq!(result.unwrap_err().to_string(), "cancelled: enough");
    let refused = client.get("http://127.0.0.1:1/").send_with(&Context::background()).await.unwrap_err();
    assert!(matches!(refused, Error::Request(error) if error.is_connect()));
}

#[derive(Clone)]
struct Hop {
    next: String,
    ends: Ends,
}

#[cancellable]
async fn forward(ctx: Context, State(hop): State<Hop>) -> Result<String, ContextError> {
    let _witness = hop.ends.watch(&ctx);
    match reqwest::Client::new().get(&hop.next).send_with(&ctx).await {
        Ok(response) => Ok(response.status().to_string()),
        Err(Error::Interrupted(why)) => Err(why),
        Err(error) => panic!("{error}"),
    }
}

#[cancellable]
async fn last(ctx: Context, State(hop): State<Hop>) -> Result<(), ContextError> {
    let _witness = hop.ends.watch(&ctx);
    std::future::pending().await
}

async fn hop(next: String, ends: &Ends) -> Server {
    let hop = Hop { next, ends: ends.clone() };
    Server::start(SOON, |ctx| {
        Router::new()
            .route("/", get(forward))
            .route("/last", get(last))
            .layer(ContextLayer::new(ctx).limit(SOON * 10).header(DEADLINE_HEADER))
            .with_state(hop)
    })
    .await
}

/// Three services in a row, and the ends of their contexts.
async fn chain() -> ([Server; 3], mpsc::UnboundedReceiver<Option<ContextError>>) {
    let (ends, told) = ends();
    let third = hop(String::new(), &ends).await;
    let second = hop(third.url("/last"), &ends).await;
    let first = hop(second.url("/"), &ends).await;
    ([first, second, third], told)
}

#[tokio::test]
async fn a_deadline_reaches_the_third_service() {
    let (servers, mut told) = chain().await;
    let reply = servers[0].get("/", "x-deadline-ms: 200\r\n").await;
    assert_eq!(reply.status, 504);
    for _ in 0..3 {
        let why = soon(told.recv()).await.unwrap().expect("a context lives");
        assert!(why.is_deadline_exceeded() || why.is_client_gone(), "{why}");
    }
}

#[tokio::test]
async fn a_client_that_goes_stops_the_third_service_within_a_tenth_of_a_second() {
    let (servers, mut told) = chain().await;
    let mut client = servers[0].connect().await;
    client.send("/", "").await;
    tokio::time::sleep(ms(200)).await;
    drop(client);
    let gone = std::time::Instant::now();
    for _ in 0..3 {
        let why = soon(told.recv()).await.unwrap().expect("a context lives");
        assert!(why.is_client_gone(), "{why}");
    }
    assert!(gone.elapsed() < ms(100), "{:?}", gone.elapsed());
}
