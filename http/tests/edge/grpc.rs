//! gRPC with tonic over real sockets: status codes, propagated deadlines, and streams.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::task::{Context as Task, Poll};
use std::time::Instant;

use axum::Router;
use bytes::{Buf, BufMut};
use futures::future::BoxFuture;
use futures::{StreamExt, stream};
use http::uri::PathAndQuery;
use taskward::{Canceller, Context, ContextError, ShuttingDown, cancellable};
use taskward_http::tonic::{ContextInterceptor, RequestExt};
use taskward_http::{ClientContextLayer, ContextLayer};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::NamedService;
use tonic::service::{Interceptor, Routes};
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status};
use tower::{ServiceBuilder, service_fn};
use tower_service::Service;

use crate::support::{Ends, SOON, ends, ms, soon};

/// Text messages.
#[derive(Clone, Copy, Default)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, item: String, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(item.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        String::from_utf8(bytes.into()).map(Some).map_err(|error| Status::invalid_argument(error.to_string()))
    }
}

/// The service that `tonic-build` would generate.
#[derive(Clone)]
struct Work {
    ends: Ends,
    next: Option<SocketAddr>,
}

impl NamedService for Work {
    const NAME: &'static str = "test.Work";
}

impl Work {
    #[cancellable(ctx = request.context())]
    async fn unary(self, request: Request<String>) -> Result<Response<String>, Status> {
        let ctx = request.context();
        let _witness = self.ends.watch(&ctx);
        match &*request.into_inner() {
            "left" => {
                sleep(ms(1)).await;
                Ok(Response::new(ctx.remaining().map_or(0, |left| left.as_millis()).to_string()))
            }
            "wait" => std::future::pending().await,
            "panic" => panic!("on purpose"),
            "next" => {
                let next = self.next.expect("there is another server");
                Client::connect(next).await.unary(Request::new("wait".to_owned())).await
            }
            other => Err(Status::unimplemented(other)),
        }
    }

    async fn deaf(self, _: Request<String>) -> Result<Response<String>, Status> {
        std::future::pending().await
    }

    fn stream(&self, request: &Request<String>) -> Response<Streamed> {
        let witness = self.ends.watch(&request.context());
        let news = stream::unfold(witness, async |witness| {
            sleep(ms(5)).await;
            Some((Ok("news".to_owned()), witness))
        });
        Response::new(news.boxed())
    }
}

type Streamed = stream::BoxStream<'static, Result<String, Status>>;

impl Service<http::Request<Body>> for Work {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Task<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(Text);
            Ok(match request.uri().path() {
                "/test.Work/Unary" => grpc.unary(service_fn(move |it| this.clone().unary(it)), request).await,
                "/test.Work/Deaf" => grpc.unary(service_fn(move |it| this.clone().deaf(it)), request).await,
                _ => {
                    let stream = move |it| std::future::ready(Ok(this.stream(&it)));
                    grpc.server_streaming(service_fn(stream), request).await
                }
            })
        })
    }
}

struct Server {
    address: SocketAddr,
    stop: Canceller,
    done: JoinHandle<()>,
}

#[derive(Clone, Copy, Debug)]
enum By {
    Tonic,
    Axum,
}

/// Starts the service on tonic's server, or with `axum::serve`.
async fn start(
    by: By,
    ends: &Ends,
    next: Option<SocketAddr>,
    layer: impl FnOnce(ContextLayer) -> ContextLayer,
) -> Server {
    let (ctx, stop) = Context::background().with_cancel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let work = Work { ends: ends.clone(), next };
    let layer = layer(ContextLayer::new(&ctx));
    let done = match by {
        By::Tonic => {
            let server = tonic::transport::Server::builder().layer(layer).add_service(work);
            let incoming = tonic::transport::server::TcpIncoming::from(listener);
            tokio::spawn(async move {
                let stop = async { _ = ctx.cancelled().await };
                server.serve_with_incoming_shutdown(incoming, stop).await.unwrap();
            })
        }
        By::Axum => {
            let app = Router::new().merge(Routes::new(work).prepare().into_axum_router()).layer(layer);
            let server = taskward_http::axum::serve(listener, app, &ctx).drain(ms(300)).into_future();
            tokio::spawn(async move { server.await.unwrap() })
        }
    };
    Server { address, stop, done }
}

/// The client that `tonic-build` would generate.
struct Client<S>(tonic::client::Grpc<S>);

impl Client<Channel> {
    /// A client that sends no deadline by itself.
    async fn plain(address: SocketAddr) -> Self {
        let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        Self(tonic::client::Grpc::new(channel))
    }

    async fn stream(&mut self, request: Request<String>) -> Result<tonic::Streaming<String>, Status> {
        self.0.ready().await.map_err(|error| Status::from_error(error.into()))?;
        let path = PathAndQuery::from_static("/test.Work/Stream");
        Ok(soon(self.0.server_streaming(request, path, Text)).await?.into_inner())
    }
}

type Contextual = taskward_http::client::ClientContextService<Channel>;

impl Client<Contextual> {
    async fn connect(address: SocketAddr) -> Self {
        let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        Self(tonic::client::Grpc::new(ServiceBuilder::new().layer(ClientContextLayer::new()).service(channel)))
    }
}

macro_rules! calls {
    ($client:ty) => {
        impl Client<$client> {
            async fn unary(&mut self, request: Request<String>) -> Result<Response<String>, Status> {
                self.call("/test.Work/Unary", request).await
            }

            async fn call(&mut self, path: &'static str, request: Request<String>) -> Result<Response<String>, Status> {
                self.0.ready().await.map_err(|error| Status::from_error(error.into()))?;
                soon(self.0.unary(request, PathAndQuery::from_static(path), Text)).await
            }
        }
    };
}
calls!(Channel);
calls!(Contextual);

fn text(text: &str) -> Request<String> {
    Request::new(text.to_owned())
}

#[tokio::test]
async fn the_servers_limit_is_deadline_exceeded() {
    for by in [By::Tonic, By::Axum] {
        let (ends, mut told) = ends();
        let server = start(by, &ends, None, |layer| layer.limit(ms(50))).await;
        let mut client = Client::plain(server.address).await;
        let status = client.unary(text("wait")).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "{by:?}: {status}");
        assert!(soon(told.recv()).await.unwrap().unwrap().is_deadline_exceeded());
        let status = client.call("/test.Work/Deaf", text("")).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::DeadlineExceeded, "the deadline has passed"), "{by:?}");
        assert_eq!(client.unary(text("panic")).await.unwrap_err().code(), Code::Internal, "{by:?}");
        assert_eq!(client.unary(text("other")).await.unwrap_err().code(), Code::Unimplemented, "{by:?}");
        assert_eq!(client.unary(text("left")).await.unwrap().into_inner().parse::<u32>().unwrap() / 50, 0);
    }
}

#[tokio::test]
async fn a_stream_that_has_begun_ends_with_the_status_of_its_deadline() {
    for by in [By::Tonic, By::Axum] {
        let (ends, mut told) = ends();
        let server = start(by, &ends, None, |layer| layer.limit(ms(100))).await;
        let mut client = Client::plain(server.address).await;
        let mut news = client.stream(text("")).await.unwrap();
        let mut count = 0;
        let status = loop {
            match soon(news.message()).await {
                Ok(Some(_)) => count += 1,
                Ok(None) => panic!("the stream ended well"),
                Err(status) => break status,
            }
        };
        assert_eq!(status.code(), Code::DeadlineExceeded, "{by:?}: {status}");
        assert!(count > 3, "{count}");
        assert!(soon(told.recv()).await.unwrap().unwrap().is_deadline_exceeded());
    }
}

#[tokio::test]
async fn a_client_that_goes_ends_the_context() {
    for by in [By::Tonic, By::Axum] {
        let (ends, mut told) = ends();
        let server = start(by, &ends, None, |layer| layer).await;
        let mut client = Client::plain(server.address).await;
        let call = tokio::spawn(async move { client.unary(text("wait")).await });
        sleep(ms(100)).await;
        call.abort();
        let why = soon(told.recv()).await.unwrap().unwrap();
        assert!(why.is_client_gone(), "{by:?}: {why}");

        let mut client = Client::plain(server.address).await;
        let mut news = client.stream(text("")).await.unwrap();
        assert_eq!(soon(news.message()).await.unwrap().unwrap(), "news");
        drop(news);
        let why = soon(told.recv()).await.unwrap().unwrap();
        assert!(why.is_client_gone(), "{by:?}: {why}");
    }
}

#[tokio::test]
async fn a_shutdown_is_unavailable_after_the_drain() {
    for by in [By::Tonic, By::Axum] {
        let (ends, _told) = ends();
        let server = start(by, &ends, None, |layer| layer.drain(ms(300))).await;
        let mut client = Client::plain(server.address).await;
        let call = tokio::spawn(async move { client.unary(text("wait")).await });
        sleep(ms(100)).await;
        let began = Instant::now();
        server.stop.cancel_with(ShuttingDown);
        let status = soon(call).await.unwrap().unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{by:?}: {status}");
        soon(server.done).await.unwrap();
        assert!(began.elapsed() >= ms(290) && began.elapsed() < SOON / 2, "{by:?}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_call_sends_its_deadline_and_ends_with_its_context() {
    for by in [By::Tonic, By::Axum] {
        let (ends, mut told) = ends();
        let server = start(by, &ends, None, |layer| layer).await;
        let mut client = Client::connect(server.address).await;
        let with = |limit, of: &str| {
            let mut request = text(of);
            request.set_context(&Context::background().with_timeout(limit));
            request
        };
        let left: u64 = client.unary(with(SOON, "left")).await.unwrap().into_inner().parse().unwrap();
        assert!(left > 2500 && left <= 5000, "{left}");
        assert!(soon(told.recv()).await.unwrap().is_none(), "the handler returned before its context ended");
        let status = client.unary(with(ms(50), "wait")).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "{by:?}: {status}");
        assert!(ContextError::find(&status).is_some(), "{status:?}");
        assert!(soon(told.recv()).await.unwrap().is_some(), "the server's context ended");
        let status = client.unary(with(ms(0), "wait")).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "not even sent");

        let (ctx, canceller) = Context::background().with_cancel();
        let mut request = text("wait");
        request.set_context(&ctx);
        let call = tokio::spawn(async move { client.unary(request).await });
        sleep(ms(100)).await;
        canceller.cancel_with("enough");
        let status = soon(call).await.unwrap().unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::Cancelled, "cancelled: enough"));
        assert!(soon(told.recv()).await.unwrap().unwrap().is_client_gone(), "{by:?}");
    }
}

#[tokio::test]
async fn a_deadline_reaches_the_second_server_through_the_first() {
    let (ends, mut told) = ends();
    let second = start(By::Axum, &ends, None, |layer| layer).await;
    let first = start(By::Tonic, &ends, Some(second.address), |layer| layer).await;
    let mut client = Client::plain(first.address).await;
    let mut request = text("next");
    // Only in the header: the client's own timer would fire at the same time.
    request.metadata_mut().insert("x-deadline-ms", "1".parse().unwrap());
    request.set_timeout(ms(200));
    let began = Instant::now();
    let status = client.unary(request).await.unwrap_err();
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status}");
    assert!(began.elapsed() >= ms(190), "{:?}", began.elapsed());
    for _ in 0..2 {
        let why = soon(told.recv()).await.unwrap().unwrap();
        assert!(why.is_deadline_exceeded() || why.is_client_gone(), "{why}");
    }
}

#[tokio::test]
async fn an_interceptor_takes_the_callers_context_along() {
    #[cancellable]
    async fn call(ctx: &Context) -> Result<Request<()>, Status> {
        tokio::task::yield_now().await;
        assert!(!ctx.has_ended());
        ContextInterceptor.call(Request::new(()))
    }
    let request = call(&Context::background().with_timeout(SOON)).await.unwrap();
    let sent = request.metadata().get("grpc-timeout").unwrap().to_str().unwrap();
    assert!(sent.len() <= 9 && sent.ends_with('u'), "{sent}");
    let mut late = Request::new(());
    late.set_context(&Context::background().with_timeout(ms(0)));
    assert_eq!(ContextInterceptor.call(late).unwrap_err().code(), Code::DeadlineExceeded);
}

/// The server for a client in another language.
pub(crate) async fn server_for_python() -> (SocketAddr, impl Sized) {
    let (ends, told) = ends();
    let server = start(By::Tonic, &ends, None, |layer| layer.maximum(ms(400))).await;
    (server.address, (server.stop, server.done, told))
}
