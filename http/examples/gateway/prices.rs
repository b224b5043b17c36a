//! The last service: prices over HTTP.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use taskward::{Context, ContextError, cancellable};
use taskward_http::{ContextLayer, DEADLINE_HEADER};
use tokio::net::TcpListener;

use crate::wire::{in_flight, left, record};

/// Returns the price of a good, and the time that was left when the request arrived. The price of
/// good 0 never arrives.
#[cancellable(metrics)]
async fn price(ctx: Context, Path(good): Path<u64>) -> Result<String, ContextError> {
    let left = left(&ctx);
    if good == 0 {
        return Err(ctx.cancelled().await);
    }
    ctx.sleep(Duration::from_millis(5)).await?;
    Ok(format!("price {} prices_ms {left}", good * 3))
}

pub(crate) async fn serve(ctx: &Context, listener: TcpListener) -> io::Result<()> {
    let metrics = record();
    let app = Router::new()
        .route("/price/{good}", get(price))
        .layer(ContextLayer::new(ctx).maximum(Duration::from_secs(30)).header(DEADLINE_HEADER))
        .route("/in-flight", get(async move || in_flight(&metrics, "price")));
    taskward_http::axum::serve(listener, app, ctx).drain(Duration::from_secs(5)).await
}
