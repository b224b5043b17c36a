//! The example of the README, line by line: another test compares the two texts.
#![allow(dead_code, reason = "the example listens on a fixed port")]

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use taskward::{Context, ContextError, cancellable};
use taskward_http::ContextLayer;
use tokio::net::TcpListener;

struct AppError(ContextError);

impl From<ContextError> for AppError {
    fn from(why: ContextError) -> Self {
        Self(why)
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

#[derive(Clone)]
struct Db {
    users: u64,
}

#[derive(serde::Serialize)]
struct User {
    id: u64,
}

impl Db {
    fn open() -> Self {
        Self { users: 10 }
    }

    #[cancellable]
    async fn find(&self, ctx: &Context, id: u64) -> Result<User, ContextError> {
        tokio::task::yield_now().await;
        Ok(User { id: id % self.users })
    }
}

#[taskward::main(grace = "10s")]
async fn main(ctx: Context) -> std::io::Result<()> {
    let layer = ContextLayer::new(&ctx).limit(Duration::from_secs(5)).header("x-deadline-ms");
    let app = Router::new().route("/user/{id}", get(user)).with_state(Db::open()).layer(layer);
    taskward_http::axum::serve(TcpListener::bind("127.0.0.1:8080").await?, app, &ctx).await
}

#[cancellable]
async fn user(ctx: Context, State(db): State<Db>, Path(id): Path<u64>) -> Result<Json<User>, AppError> {
    Ok(Json(db.find(&ctx, id).await?)) // AppError: From<ContextError> + IntoResponse
}
