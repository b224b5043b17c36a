//! Functions that frameworks call: a handler of axum, a `tower::service_fn`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use taskward::{Context, ContextError, cancellable, with_timeout};
use tower::{Service, ServiceExt};

use super::Result;

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Interrupted(#[from] ContextError),
    #[error("no such number")]
    Missing,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Interrupted(ContextError::DeadlineExceeded(_)) => StatusCode::GATEWAY_TIMEOUT,
            Self::Interrupted(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Missing => StatusCode::NOT_FOUND,
        };
        (status, self.to_string()).into_response()
    }
}

#[derive(Clone)]
struct App {
    ctx: Context,
    numbers: Arc<Vec<u64>>,
}

/// The application's context, which ends at a shutdown.
#[cancellable(ctx = app.ctx)]
#[with_timeout("5s")]
async fn number(State(app): State<App>, Path(index): Path<usize>) -> Result<Json<u64>, Failure> {
    tokio::task::yield_now().await;
    app.numbers.get(index).copied().map(Json).ok_or(Failure::Missing)
}

#[with_timeout("1s")]
async fn slow() -> Result<(), Failure> {
    std::future::pending().await
}

/// The request's own context, from a middleware.
#[axum::debug_handler]
#[cancellable(ctx = ctx)]
async fn request(Extension(ctx): Extension<Context>, body: String) -> Result<String, Failure> {
    ctx.checkpoint().await?;
    Ok(body)
}

async fn status(router: &mut Router, path: &str) -> StatusCode {
    let request = Request::builder().uri(path).body(Body::from("body")).unwrap();
    router.as_service().ready().await.unwrap().call(request).await.unwrap().status()
}

#[tokio::test(start_paused = true)]
async fn axum_handlers() {
    let (ctx, canceller) = Context::background().with_cancel();
    let app = App { ctx: ctx.clone(), numbers: Arc::new(vec![7]) };
    let mut router = Router::new()
        .route("/number/{index}", get(number))
        .route("/slow", get(slow))
        .route("/request", get(request))
        .layer(Extension(ctx))
        .with_state(app);
    assert_eq!(status(&mut router, "/number/0").await, StatusCode::OK);
    assert_eq!(status(&mut router, "/number/1").await, StatusCode::NOT_FOUND);
    assert_eq!(status(&mut router, "/slow").await, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(status(&mut router, "/request").await, StatusCode::OK);
    canceller.cancel();
    assert_eq!(status(&mut router, "/number/0").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(status(&mut router, "/request").await, StatusCode::SERVICE_UNAVAILABLE);
}

#[with_timeout("1s")]
async fn double(n: u32) -> Result<u32> {
    tokio::task::yield_now().await;
    if n == 0 { std::future::pending().await } else { Ok(n * 2) }
}

#[cancellable]
async fn triple(ctx: Context, n: u32) -> Result<u32> {
    tokio::task::yield_now().await;
    Ok(n * 3)
}

#[tokio::test(start_paused = true)]
async fn a_tower_service() {
    let mut service = tower::service_fn(double);
    assert_eq!(service.ready().await.unwrap().call(2).await.unwrap(), 4);
    assert!(service.ready().await.unwrap().call(0).await.unwrap_err().is_deadline_exceeded());

    let (ctx, canceller) = Context::background().with_cancel();
    let mut service = tower::service_fn(move |n| triple(ctx.clone(), n)).boxed();
    assert_eq!(service.ready().await.unwrap().call(2).await.unwrap(), 6);
    canceller.cancel();
    assert!(service.ready().await.unwrap().call(2).await.unwrap_err().is_cancelled());
}
