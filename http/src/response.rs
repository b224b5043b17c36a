//! Makes the response at the end of a handler. Its body keeps the context alive until it has been
//! sent.

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Method, Response, StatusCode};
use http_body::Body;
use taskward::{Context, ContextError};

use crate::body::ContextBody;
use crate::guard::Guard;
use crate::panics::Panicked;
use crate::reply::{self, Protocol};
use crate::request_id::RequestId;

/// The end of a handler: its result, a panic, or the end of its context.
pub(crate) type HandlerEnd<B, E> = Result<Result<Result<Response<B>, E>, Panicked>, ContextError>;

/// The properties of a request that its response depends on.
#[derive(Debug)]
pub(crate) struct Answer {
    protocol: Protocol,
    is_head: bool,
    is_connect: bool,
    /// The context, if the response needs its request id or its end.
    ctx: Option<Context>,
    guard: Guard,
}

impl Answer {
    pub(crate) fn new(protocol: Protocol, method: &Method, ctx: &Context, guard: Guard) -> Self {
        let needs_context = protocol == Protocol::Grpc || ctx.value::<RequestId>().is_some();
        Self {
            protocol,
            is_head: method == Method::HEAD,
            is_connect: method == Method::CONNECT,
            ctx: needs_context.then(|| ctx.clone()),
            guard,
        }
    }

    pub(crate) fn end<B: Body, E>(self, end: HandlerEnd<B, E>) -> Result<Response<ContextBody<B>>, E> {
        match end {
            Ok(Ok(Ok(response))) => Ok(self.respond(response)),
            Ok(Ok(Err(error))) => {
                self.guard.finish();
                Err(error)
            }
            Ok(Err(Panicked)) => {
                let refusal = reply::panicked(self.protocol);
                Ok(self.refuse(refusal).map(ContextBody::text))
            }
            Err(why) => Ok(self.interrupted(why).map(ContextBody::text)),
        }
    }

    /// The response if the context ended and the handler did not respond.
    pub(crate) fn interrupted(self, why: ContextError) -> Response<Bytes> {
        let refusal = reply::interrupted(self.protocol, why);
        self.refuse(refusal)
    }

    fn refuse(self, mut refusal: Response<Bytes>) -> Response<Bytes> {
        self.write_id(refusal.headers_mut());
        self.guard.finish();
        refusal
    }

    fn write_id(&self, headers: &mut HeaderMap) {
        if let Some(id) = self.ctx.as_ref().and_then(|ctx| ctx.value::<RequestId>()) {
            id.write(headers);
        }
    }

    fn respond<B: Body>(self, mut response: Response<B>) -> Response<ContextBody<B>> {
        self.write_id(response.headers_mut());
        let status = response.status();
        if status == StatusCode::SWITCHING_PROTOCOLS || self.is_connect && status.is_success() {
            self.guard.release();
            return response.map(ContextBody::complete);
        }
        let length = length(&response);
        let has_no_body = self.is_head || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if has_no_body || length == Some(0) || response.body().is_end_stream() {
            self.guard.finish();
            return response.map(ContextBody::complete);
        }
        let end = self.ctx.filter(|_| self.protocol == Protocol::Grpc);
        response.map(|body| ContextBody::guarded(body, self.guard, length, end))
    }
}

/// The announced number of bytes. HTTP/1 does not poll the body for more.
fn length<B: Body>(response: &Response<B>) -> Option<u64> {
    let announced = || response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok();
    response.body().size_hint().exact().or_else(announced)
}
