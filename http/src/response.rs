//! What becomes of a handler's end: a response, whose body keeps the context alive if it is still to be sent.

use http::{Method, Response, StatusCode};
use http_body::Body;
use taskward::{Context, ContextError};

use crate::body::ContextBody;
use crate::guard::Guard;
use crate::panics::Panicked;
use crate::reply::{self, Protocol};
use crate::request_id::RequestId;

/// How a handler ended: with its result, a panic, or because its context ended.
pub(crate) type HandlerEnd<B, E> = Result<Result<Result<Response<B>, E>, Panicked>, ContextError>;

/// What has to be known of a request to answer it.
#[derive(Debug)]
pub(crate) struct Answer {
    protocol: Protocol,
    is_head: bool,
    is_connect: bool,
    /// There where the response needs it: its id, or the end of its stream.
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
        let id = self.ctx.as_ref().and_then(|ctx| ctx.value::<RequestId>()).cloned();
        let mut response = match end {
            Ok(Ok(response)) => self.respond(response?),
            Ok(Err(Panicked)) => {
                let response = reply::panicked(self.protocol);
                self.guard.finish();
                response.map(ContextBody::text)
            }
            Err(why) => {
                self.guard.finish();
                reply::interrupted(self.protocol, why).map(ContextBody::text)
            }
        };
        if let Some(RequestId { header, value }) = id {
            response.headers_mut().entry(header).or_insert(value);
        }
        Ok(response)
    }

    fn respond<B: Body>(self, response: Response<B>) -> Response<ContextBody<B>> {
        let status = response.status();
        if status == StatusCode::SWITCHING_PROTOCOLS || self.is_connect && status.is_success() {
            self.guard.release();
            return response.map(ContextBody::complete);
        }
        let has_no_body = self.is_head || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if has_no_body || response.body().is_end_stream() {
            self.guard.finish();
            return response.map(ContextBody::complete);
        }
        let end = self.ctx.filter(|_| self.protocol == Protocol::Grpc);
        response.map(|body| {
            let length = body.size_hint().exact();
            ContextBody::guarded(body, self.guard, length, end)
        })
    }
}
