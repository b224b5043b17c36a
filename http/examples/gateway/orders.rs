//! The middle service: orders over gRPC.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use axum::Router;
use futures::future::BoxFuture;
use taskward::{Context, cancellable, retry};
use taskward_http::ContextLayer;
use taskward_http::reqwest::{Error, RequestBuilderExt};
use taskward_http::tonic::RequestExt;
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use tower::service_fn;
use tower_service::Service;

use crate::wire::{PLACE, Text, left, record};

#[derive(Clone)]
struct Orders {
    prices: SocketAddr,
    client: reqwest::Client,
}

impl Orders {
    /// A method in the form that `tonic-build` expects.
    #[cancellable(ctx = request.context(), metrics)]
    async fn place(self, request: Request<String>) -> Result<Response<String>, Status> {
        let ctx = request.context();
        let left = left(&ctx);
        let price = self.price(&ctx, request.get_ref()).await.map_err(status)?;
        Ok(Response::new(format!("{price} orders_ms {left}")))
    }

    /// A failed connection is retried while the caller waits.
    #[retry(attempts = 3, backoff = "20ms..200ms", when = may_pass)]
    #[cancellable]
    async fn price(&self, ctx: &Context, good: &str) -> Result<String, Error> {
        let url = format!("http://{}/price/{good}", self.prices);
        let response = self.client.get(url).send_with(ctx).await?.error_for_status()?;
        Ok(response.text().await?)
    }
}

fn may_pass(error: &Error) -> bool {
    matches!(error, Error::Request(error) if error.is_connect())
}

fn status(error: Error) -> Status {
    match error {
        Error::Interrupted(why) => why.into(),
        error => Status::unavailable(error.to_string()),
    }
}

/// The code that `tonic-build` would generate.
impl NamedService for Orders {
    const NAME: &'static str = "example.Orders";
}

impl Service<http::Request<Body>> for Orders {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Task<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let orders = self.clone();
        Box::pin(async move {
            Ok(match request.uri().path() {
                PLACE => Grpc::new(Text).unary(service_fn(move |it| orders.clone().place(it)), request).await,
                _ => Status::unimplemented("orders can only be placed").into_http(),
            })
        })
    }
}

pub(crate) async fn serve(ctx: &Context, listener: TcpListener, prices: SocketAddr) -> io::Result<()> {
    record();
    let orders = Routes::new(Orders { prices, client: reqwest::Client::new() });
    let app = Router::new()
        .merge(orders.prepare().into_axum_router())
        .layer(ContextLayer::new(ctx).maximum(Duration::from_secs(30)));
    taskward_http::axum::serve(listener, app, ctx).drain(Duration::from_secs(5)).await
}
