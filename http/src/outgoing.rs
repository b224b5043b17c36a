//! The headers of a client call: the remaining time, the request id and the trace.

use std::time::Duration;

use http::header::TE;
use http::{HeaderMap, HeaderName, HeaderValue};
use taskward::Context;

use crate::deadline::{GRPC_TIMEOUT, format_grpc, format_millis, parse_grpc, parse_millis};
use crate::reply::Protocol;
use crate::request_id::RequestId;

/// The default header for the remaining milliseconds of calls that are not gRPC. The server reads
/// it with [`ContextLayer::header`](crate::ContextLayer::header).
pub const DEADLINE_HEADER: &str = "x-deadline-ms";

/// Returns whether the request is a gRPC request.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    Protocol::of(headers) == Protocol::Grpc
        || (headers.get(TE).is_some_and(|value| value == "trailers") && headers.contains_key(GRPC_TIMEOUT))
}

/// Writes the headers of a gRPC call.
pub(crate) fn write_grpc(ctx: &Context, headers: &mut HeaderMap) {
    write(ctx, headers, &GRPC_TIMEOUT, parse_grpc, format_grpc);
}

/// Writes the headers of any other call.
pub(crate) fn write_http(ctx: &Context, headers: &mut HeaderMap, deadline: &HeaderName) {
    write(ctx, headers, deadline, parse_millis, format_millis);
}

/// Writes the headers, but keeps a shorter time and an id that the caller has set.
fn write(
    ctx: &Context,
    headers: &mut HeaderMap,
    deadline: &HeaderName,
    parse: fn(&[u8]) -> Option<Duration>,
    format: fn(Duration) -> HeaderValue,
) {
    if let Some(left) = ctx.remaining() {
        let set = headers.get(deadline).and_then(|value| parse(value.as_bytes()));
        if set.is_none_or(|set| left < set) {
            headers.insert(deadline, format(left));
        }
    }
    if let Some(id) = ctx.value::<RequestId>() {
        id.write(headers);
    }
    #[cfg(feature = "opentelemetry")]
    crate::propagation::inject(ctx, headers);
}
