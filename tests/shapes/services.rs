//! A tonic service, whose error type belongs to another crate.

use std::sync::Arc;

use async_trait::async_trait;
use taskward::{Context, cancellable, with_timeout};

use super::Result;

/// The shape of the trait that `tonic-build` generates for a service.
#[async_trait]
trait Greeter: Send + Sync + 'static {
    async fn say_hello(&self, request: tonic::Request<String>) -> Result<tonic::Response<String>, tonic::Status>;
}

struct Greetings {
    ctx: Context,
}

#[async_trait]
impl Greeter for Greetings {
    #[cancellable(ctx = self.ctx)]
    #[with_timeout("1s")]
    async fn say_hello(&self, request: tonic::Request<String>) -> Result<tonic::Response<String>, tonic::Status> {
        let name = request.into_inner();
        if name.is_empty() {
            return std::future::pending().await;
        }
        tokio::task::yield_now().await;
        Ok(tonic::Response::new(format!("hello, {name}")))
    }
}

#[tokio::test(start_paused = true)]
async fn a_tonic_service() {
    let (ctx, canceller) = Context::background().with_cancel();
    let greeter: Arc<dyn Greeter> = Arc::new(Greetings { ctx });
    let reply = greeter.say_hello(tonic::Request::new("world".to_owned())).await.unwrap();
    assert_eq!(reply.into_inner(), "hello, world");
    let late = greeter.say_hello(tonic::Request::new(String::new())).await.unwrap_err();
    assert_eq!(late.code(), tonic::Code::DeadlineExceeded);
    canceller.cancel();
    let ended = greeter.say_hello(tonic::Request::new(String::new())).await.unwrap_err();
    assert_eq!(ended.code(), tonic::Code::Cancelled);
}
