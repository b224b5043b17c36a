//! axum handlers with a context parameter.

use axum::extract::{Path, State};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use taskward::{ClientGone, Context, ContextError, ShuttingDown, Signal, cancellable};
use taskward_http::{ContextLayer, RequestId};
use tokio::net::TcpListener;
use tonic::Code;
use tower::layer::Layer;
use tower::{ServiceExt, service_fn};

use crate::support::{SOON, Server, ms, soon};

#[derive(Clone)]
struct Db {
    users: u64,
}

#[derive(serde::Serialize)]
struct User {
    id: u64,
}

#[derive(Debug, thiserror::Error)]
enum AppError {
    #[error(transparent)]
    Interrupted(#[from] ContextError),
    #[error("no such user")]
    Missing,
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        match self {
            Self::Interrupted(why) => why.into_response(),
            Self::Missing => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

impl Db {
    #[cancellable]
    async fn find(&self, ctx: &Context, id: u64) -> Result<Option<User>, ContextError> {
        match id {
            0 => std::future::pending().await,
            id if id <= self.users => Ok(Some(User { id })),
            _ => ctx.checkpoint().await.map(|()| None),
        }
    }
}

#[cancellable]
async fn user(ctx: Context, State(db): State<Db>, Path(id): Path<u64>) -> Result<Json<User>, AppError> {
    Ok(Json(db.find(&ctx, id).await?.ok_or(AppError::Missing)?))
}

#[tokio::test]
async fn the_program_of_the_page_serves_and_drains() {
    let (ctx, stop) = Context::background().with_cancel();
    let db = Db { users: 99 };
    let app = Router::new()
        .route("/user/{id}", get(user))
        .with_state(db)
        .layer(ContextLayer::new(&ctx).limit(ms(200)).maximum(SOON).header("x-deadline-ms"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(taskward_http::axum::serve(listener, app, &ctx).drain(SOON).into_future());
    let get = async |id: u32| {
        let response = reqwest::get(format!("http://{address}/user/{id}")).await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(get(7).await, (200, r#"{"id":7}"#.to_owned()));
    assert_eq!(get(100).await.0, 404);
    assert_eq!(get(0).await.0, 504);
    stop.cancel();
    soon(server).await.unwrap().unwrap();
}

async fn plain(ctx: Context) -> Result<(), ContextError> {
    ctx.check()
}

#[tokio::test]
async fn a_route_without_the_layer_is_an_error_of_the_server() {
    let server = Server::start(SOON, |_| Router::new().route("/", get(plain))).await;
    let reply = server.get("/", "").await;
    assert_eq!(reply.status, 500);
    assert!(reply.body.contains("ContextLayer"), "{}", reply.body);
}

#[derive(Debug, thiserror::Error)]
#[error("out of time")]
struct Own(#[from] ContextError);

impl IntoResponse for Own {
    fn into_response(self) -> Response {
        (StatusCode::IM_A_TEAPOT, self.to_string()).into_response()
    }
}

#[cancellable]
async fn own_words(ctx: Context) -> Result<(), Own> {
    let _: &Context = &ctx;
    std::future::pending().await
}

#[tokio::test]
async fn an_annotated_handler_answers_in_its_own_words_and_the_layer_for_any_other() {
    let server = Server::start(SOON, |ctx| {
        Router::new()
            .route("/own", get(own_words))
            .route("/none", get(std::future::pending::<()>))
            .layer(ContextLayer::new(ctx).limit(ms(50)))
    })
    .await;
    let reply = server.get("/own", "").await;
    assert_eq!((reply.status, &*reply.body), (418, "out of time"));
    assert_eq!(server.get("/none", "").await.status, 504);
}

#[tokio::test]
async fn a_layer_on_a_route_shortens_the_limit_of_the_layer_around_it() {
    let server = Server::start(SOON, |ctx| {
        let short = get(own_words).layer(ContextLayer::new(ctx).limit(ms(50)));
        Router::new().route("/", short).layer(ContextLayer::new(ctx).limit(SOON * 10).request_id("x-request-id"))
    })
    .await;
    let reply = server.get("/", "x-request-id: 7\r\n").await;
    assert_eq!((reply.status, reply.header("x-request-id")), (418, Some("7")));
}

async fn id(ctx: Context) -> String {
    assert_eq!(Context::current(), ctx);
    ctx.value::<RequestId>().unwrap().to_string()
}

#[tokio::test]
async fn a_request_has_its_callers_id_or_a_new_one() {
    let server = Server::start(SOON, |ctx| {
        Router::new().route("/", get(id)).layer(ContextLayer::new(ctx).request_id("x-request-id"))
    })
    .await;
    let reply = server.get("/", "x-request-id: abc\r\n").await;
    assert_eq!((&*reply.body, reply.header("x-request-id")), ("abc", Some("abc")));
    let reply = server.get("/", "").await;
    assert_eq!((reply.body.len(), reply.header("x-request-id")), (32, Some(&*reply.body)));
    for (refused, status) in [("grpc-timeout: 0n\r\n", 504), ("grpc-timeout: soon\r\n", 400)] {
        let reply = server.get("/", &format!("x-request-id: abc\r\n{refused}")).await;
        assert_eq!((reply.status, reply.header("x-request-id")), (status, Some("abc")));
    }
}

#[cancellable(metrics)]
async fn beside(ctx: &Context) -> Result<(), ContextError> {
    Err(ctx.cancelled().await)
}

#[cancellable(metrics)]
async fn panics(ctx: Context) -> Result<(), ContextError> {
    let panics = async { panic!("this handler panics on purpose") };
    futures::future::join(beside(&ctx), panics).await.0
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_request_only() {
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().unwrap();
    let server = Server::start(SOON, |ctx| {
        let owned = Router::new().route("/owned", get(panics)).layer(ContextLayer::new(ctx).owned());
        Router::new().route("/", get(panics)).route("/ok", get(plain)).layer(ContextLayer::new(ctx)).merge(owned)
    })
    .await;
    let mut client = server.connect().await;
    for (path, status) in [("/", 500), ("/owned", 500), ("/ok", 200)] {
        client.send(path, "").await;
        assert_eq!(soon(client.reply()).await.status, status, "{path}");
    }
    let page = metrics.render();
    for (name, outcome) in [("panics", "panicked"), ("beside", "dropped")] {
        let line = format!("taskward_calls_total{{name=\"{name}\",outcome=\"{outcome}\"}} 2\n");
        assert!(page.contains(&line), "{page}");
    }
}

#[tokio::test]
async fn a_service_that_panics_before_it_has_a_future_fails_its_request_only() {
    let panics = |_: Request<()>| -> std::future::Ready<Result<Response, ContextError>> { panic!("on purpose") };
    let layer = ContextLayer::new(&Context::background());
    let dropping = layer.layer(service_fn(panics)).oneshot(Request::new(())).await.unwrap();
    let owned = layer.owned().layer(service_fn(panics)).oneshot(Request::new(())).await.unwrap();
    assert_eq!([dropping.status(), owned.status()], [StatusCode::INTERNAL_SERVER_ERROR; 2]);
}

#[tokio::test]
async fn a_service_that_fails_ends_the_context_without_a_cause() {
    let (ctx, _stop) = Context::background().with_cancel();
    let fails = service_fn(async |request: Request<()>| {
        Err::<Response, Context>(request.extensions().get::<Context>().unwrap().clone())
    });
    let dropping = ContextLayer::new(&ctx).layer(fails).oneshot(Request::new(())).await.unwrap_err();
    let owned = ContextLayer::new(&ctx).owned().layer(fails).oneshot(Request::new(())).await.unwrap_err();
    for ctx in [dropping, owned] {
        let why = ctx.check().unwrap_err();
        assert!(why.is_cancelled() && why.cause().is_none(), "{why}");
    }
}

#[test]
fn the_end_of_a_context_is_a_status() {
    let status = |why: ContextError| {
        let response = why.clone().into_response();
        assert!(response.extensions().get::<ContextError>().is_some(), "for layers that log");
        let retry = response.headers().get("retry-after").map(|after| after.to_str().unwrap().to_owned());
        (response.status().as_u16(), retry, tonic::Status::from(why).code())
    };
    let cancelled = |cause: Option<Box<dyn std::error::Error + Send + Sync>>| {
        let (ctx, canceller) = Context::background().with_cancel();
        cause.map_or_else(|| canceller.cancel(), |cause| canceller.cancel_with(cause));
        ctx.check().unwrap_err()
    };
    let limit = Context::background().with_timeout(ms(0));
    assert_eq!(status(limit.check().unwrap_err()), (504, None, Code::DeadlineExceeded));
    assert_eq!(status(cancelled(Some(ClientGone.into()))), (499, None, Code::Cancelled));
    let retry = || Some("1".to_owned());
    assert_eq!(status(cancelled(None)), (503, retry(), Code::Cancelled));
    assert_eq!(status(cancelled(Some("enough".into()))), (503, retry(), Code::Cancelled));
    assert_eq!(status(cancelled(Some(ShuttingDown.into()))), (503, retry(), Code::Unavailable));
    assert_eq!(status(cancelled(Some(Signal::Terminate.into()))), (503, retry(), Code::Unavailable));
    let drained = limit.detach().with_timeout_cause(ms(0), ShuttingDown);
    assert_eq!(status(drained.check().unwrap_err()), (503, retry(), Code::Unavailable));
}
