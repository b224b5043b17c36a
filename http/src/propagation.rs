//! Propagates `traceparent`, `baggage` and the other headers of OpenTelemetry's global propagator.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context as Trace;
use opentelemetry::global::get_text_map_propagator;
use opentelemetry::propagation::{Extractor, Injector};
use opentelemetry::trace::TraceContextExt;
use taskward::Context;

struct Incoming<'h>(&'h HeaderMap);

impl Extractor for Incoming<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct Outgoing<'h>(&'h mut HeaderMap);

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

/// Returns the context with the request's trace and baggage as a value of type
/// `opentelemetry::Context`, if the request has headers of the propagator.
pub(crate) fn extract(ctx: Context, headers: &HeaderMap) -> Context {
    let trace = get_text_map_propagator(|propagator| {
        let has_any = propagator.fields().any(|field| headers.contains_key(field));
        has_any.then(|| propagator.extract_with_context(&Trace::new(), &Incoming(headers)))
    });
    match trace {
        Some(trace) => ctx.with_value(trace),
        None => ctx,
    }
}

/// Writes the trace of the current span, or else that of the request, into the headers of a call.
pub(crate) fn inject(ctx: &Context, headers: &mut HeaderMap) {
    let current = Trace::current();
    let trace = match ctx.value::<Trace>() {
        Some(trace) if !current.span().span_context().is_valid() => trace.clone(),
        _ => current,
    };
    get_text_map_propagator(|propagator| propagator.inject_context(&trace, &mut Outgoing(headers)));
}
