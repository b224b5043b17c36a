//! gRPC with tonic: the context of a request in handlers and in client calls.
#![doc = include_str!("../docs/tonic.md")]

use ::tonic::service::Interceptor;
use ::tonic::{Request, Status};
use taskward::Context;

use crate::outgoing;

/// The context of a tonic request.
pub trait RequestExt {
    /// Returns the context of a request in a handler, made by
    /// [`ContextLayer`](crate::ContextLayer), or [`Context::background`] if there is none.
    ///
    /// ```
    /// use taskward::cancellable;
    /// use taskward_http::tonic::RequestExt;
    /// use tonic::{Request, Response, Status};
    ///
    /// struct Greeter;
    ///
    /// impl Greeter {
    ///     #[cancellable(ctx = request.context())]
    ///     async fn say_hello(&self, request: Request<String>) -> Result<Response<String>, Status> {
    ///         tokio::task::yield_now().await;
    ///         Ok(Response::new(format!("hello, {}", request.into_inner())))
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let response = Greeter.say_hello(Request::new("you".to_owned())).await.unwrap();
    /// # assert_eq!(response.into_inner(), "hello, you");
    /// # }
    /// ```
    fn context(&self) -> Context;

    /// Sets the context of a call, for [`ClientContextLayer`](crate::ClientContextLayer) and
    /// [`ContextInterceptor`]. Without it, they use [`Context::current`].
    fn set_context(&mut self, ctx: &Context);
}

impl<T> RequestExt for Request<T> {
    fn context(&self) -> Context {
        self.extensions().get::<Context>().cloned().unwrap_or_default()
    }

    fn set_context(&mut self, ctx: &Context) {
        self.extensions_mut().insert(ctx.clone());
    }
}

/// A client interceptor that sends the remaining time in `grpc-timeout`, the request id and the
/// trace, and refuses calls whose context has ended.
///
/// An interceptor only sees the beginning of a call. The call ends with its context if it is made
/// in an annotated function, or through [`ClientContextLayer`](crate::ClientContextLayer), which
/// does both.
///
/// ```
/// use std::time::Duration;
/// use taskward::Context;
/// use taskward_http::tonic::{ContextInterceptor, RequestExt};
/// use tonic::Request;
/// use tonic::service::Interceptor;
///
/// let mut call = Request::new(());
/// call.set_context(&Context::background().with_timeout(Duration::from_secs(5)));
/// let call = ContextInterceptor.call(call).unwrap();
/// assert!(call.metadata().contains_key("grpc-timeout"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ContextInterceptor;

impl Interceptor for ContextInterceptor {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let ctx = request.extensions().get::<Context>().cloned().unwrap_or_else(Context::current);
        ctx.check()?;
        let mut headers = std::mem::take(request.metadata_mut()).into_headers();
        outgoing::write_grpc(&ctx, &mut headers);
        *request.metadata_mut() = ::tonic::metadata::MetadataMap::from_headers(headers);
        Ok(request)
    }
}
