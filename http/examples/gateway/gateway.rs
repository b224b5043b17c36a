//! The front service: orders and uploads over HTTP.

use std::hash::{DefaultHasher, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::uri::PathAndQuery;
use axum::routing::{get, post};
use taskward::{Context, ContextError, Lazy, cancellable, lazy, live_tasks, single_flight, worker_pool};
use taskward_http::client::ClientContextService;
use taskward_http::tonic::RequestExt;
use taskward_http::{ClientContextLayer, ContextLayer, DEADLINE_HEADER};
use tokio::net::TcpListener;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tower::ServiceBuilder;

use crate::database::Database;
use crate::failure::Failure;
use crate::wire::{PLACE, Text, left, record};

struct Gateway {
    orders: SocketAddr,
    database: Database,
    /// Connected on demand, and again after a failure.
    channel: Lazy<Channel>,
}

impl Gateway {
    #[lazy(self.channel)]
    #[cancellable]
    async fn channel(&self, ctx: &Context) -> Result<Arc<Channel>, Failure> {
        let endpoint = Channel::from_shared(format!("http://{}", self.orders));
        let endpoint = endpoint.map_err(|error| Status::internal(error.to_string()))?;
        endpoint.connect().await.map_err(|error| Status::unavailable(error.to_string()).into())
    }

    async fn place(&self, ctx: &Context, good: u64) -> Result<String, Failure> {
        let channel: Channel = (*self.channel(ctx).await?).clone();
        let channel: ClientContextService<Channel> =
            ServiceBuilder::new().layer(ClientContextLayer::new()).service(channel);
        let mut client = tonic::client::Grpc::new(channel);
        client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let mut request = Request::new(good.to_string());
        request.set_context(ctx);
        Ok(client.unary(request, PathAndQuery::from_static(PLACE), Text).await?.into_inner())
    }
}

/// Concurrent requests for the same good share one call to orders, which ends when the last client
/// leaves.
#[single_flight(key = good, shared(gateway))]
#[cancellable]
async fn order_once(ctx: &Context, gateway: &Arc<Gateway>, good: u64) -> Result<String, Failure> {
    gateway.place(ctx, good).await
}

#[cancellable(metrics)]
async fn order(ctx: Context, State(gateway): State<Arc<Gateway>>, Path(good): Path<u64>) -> Result<String, Failure> {
    let left = left(&ctx);
    let order = order_once(&ctx, &gateway, good).await?;
    let number = gateway.database.keep(&ctx, good, &order).await?;
    Ok(format!("{order} gateway_ms {left} number {number}\n"))
}

/// The latest orders, a line each.
#[cancellable(metrics)]
async fn orders(ctx: Context, State(gateway): State<Arc<Gateway>>) -> Result<String, Failure> {
    let latest = gateway.database.latest(&ctx, 10).await?;
    let lines: Vec<_> = latest.into_iter().map(|(number, answer)| format!("{number}: {answer}\n")).collect();
    Ok(lines.concat())
}

/// A block of an upload, on a blocking thread.
#[worker_pool(workers = 4, metrics)]
fn checksum(ctx: &Context, block: Bytes) -> Result<u64, ContextError> {
    ctx.check()?;
    let mut hasher = DefaultHasher::new();
    block.into_iter().for_each(|byte| hasher.write_u8(byte));
    Ok(hasher.finish())
}

#[cancellable(metrics)]
async fn upload(ctx: Context, body: Bytes) -> Result<String, ContextError> {
    let blocks: Vec<Bytes> =
        (0..body.len()).step_by(4096).map(|at| body.slice(at..body.len().min(at + 4096))).collect();
    let count = blocks.len();
    let sums = checksum_all(&ctx, blocks).await?;
    Ok(format!("{count} blocks, checksum {:016x}\n", sums.into_iter().fold(0, |all, sum| all ^ sum)))
}

/// Returns the number of orders in the database at the end.
pub(crate) async fn serve(ctx: &Context, listener: TcpListener, upstream: SocketAddr) -> crate::Result<u32> {
    let metrics = record();
    let database = Database::open(ctx).await?;
    let gateway = Arc::new(Gateway { orders: upstream, database, channel: Lazy::new() });
    let layer = ContextLayer::new(ctx)
        .limit(Duration::from_secs(5))
        .maximum(Duration::from_secs(30))
        .header(DEADLINE_HEADER)
        .request_id("x-request-id");
    let app = Router::new()
        .route("/order/{good}", get(order))
        .route("/orders", get(orders))
        .route("/upload", post(upload))
        .with_state(gateway.clone())
        .layer(layer)
        .route("/metrics", get(async move || metrics.render()))
        .route("/tasks", get(async || format!("{}\n", live_tasks())));
    taskward_http::axum::serve(listener, app, ctx).drain(Duration::from_secs(5)).await?;
    Ok(gateway.database.count(&ctx.detach()).await?)
}
