//! The layer's own responses, in the protocol of the request.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use taskward::ContextError;

use crate::deadline::Malformed;

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// The protocol of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http,
    Grpc,
}

impl Protocol {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let is_grpc = |value: &HeaderValue| value.as_bytes().starts_with(GRPC.as_bytes());
        if headers.get(CONTENT_TYPE).is_some_and(is_grpc) { Self::Grpc } else { Self::Http }
    }
}

/// A status code for HTTP, one for gRPC, and a text for the client.
struct Refusal {
    http: StatusCode,
    grpc: u16,
    text: String,
}

impl Refusal {
    fn new(http: u16, grpc: u16, text: impl Into<String>) -> Self {
        Self { http: StatusCode::from_u16(http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), grpc, text: text.into() }
    }

    fn of(why: &ContextError) -> Self {
        match why {
            why if why.is_shutting_down() => Self::new(503, 14, "the service is shutting down"),
            why if why.is_client_gone() => Self::new(499, 1, "the client has gone"),
            why if why.is_deadline_exceeded() => Self::new(504, 4, "the deadline has passed"),
            _ => Self::new(503, 1, "the request was cancelled"),
        }
    }

    fn trailers(&self) -> HeaderMap {
        let mut trailers = HeaderMap::with_capacity(2);
        trailers.insert(GRPC_STATUS, self.grpc.into());
        trailers.insert(GRPC_MESSAGE, percent_encoded(&self.text));
        trailers
    }

    fn into_response(self, protocol: Protocol) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        match protocol {
            Protocol::Grpc => {
                *response.headers_mut() = self.trailers();
                response.headers_mut().insert(CONTENT_TYPE, GRPC);
            }
            Protocol::Http => {
                *response.status_mut() = self.http;
                let text = HeaderValue::from_static("text/plain; charset=utf-8");
                response.headers_mut().insert(CONTENT_TYPE, text);
                if self.http == StatusCode::SERVICE_UNAVAILABLE {
                    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
                }
                *response.body_mut() = self.text.into();
            }
        }
        response
    }
}

/// The response if the context ended and the handler did not respond. The error is in the
/// extensions of the response.
pub(crate) fn interrupted(protocol: Protocol, why: ContextError) -> Response<Bytes> {
    let mut response = Refusal::of(&why).into_response(protocol);
    response.extensions_mut().insert(why);
    response
}

/// The trailers if the context ended after a gRPC response has begun.
pub(crate) fn trailers(why: &ContextError) -> HeaderMap {
    Refusal::of(why).trailers()
}

/// The response to a malformed deadline header.
pub(crate) fn malformed(protocol: Protocol, header: &Malformed) -> Response<Bytes> {
    Refusal::new(400, 3, format!("the header `{}` is malformed", header.0)).into_response(protocol)
}

/// The response after a panic of the handler.
pub(crate) fn panicked(protocol: Protocol) -> Response<Bytes> {
    Refusal::new(500, 13, "the handler panicked").into_response(protocol)
}

/// The texts are ASCII; only the name of a header needs escaping.
fn percent_encoded(text: &str) -> HeaderValue {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' => encoded.push(byte.into()),
            _ => _ = write!(encoded, "%{byte:02X}"),
        }
    }
    HeaderValue::from_maybe_shared(encoded).unwrap_or(HeaderValue::from_static(""))
}
