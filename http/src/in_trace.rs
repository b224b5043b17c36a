//! Makes the trace of a request OpenTelemetry's current one while its handler is polled, so that
//! the spans of the handler are children of the caller's.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;
use taskward::Context;

pin_project! {
    /// A handler that is polled in the trace of its request.
    pub(crate) struct InTrace<F> {
        trace: Trace,
        #[pin]
        handler: F,
    }
}

/// The trace of a request, if it has one.
#[cfg(feature = "opentelemetry")]
struct Trace(Option<opentelemetry::Context>);

#[cfg(feature = "opentelemetry")]
impl Trace {
    /// Returns the trace, a value of the request's context.
    fn of(ctx: &Context) -> Self {
        Self(ctx.value::<opentelemetry::Context>().cloned())
    }

    fn within<T>(&self, run: impl FnOnce() -> T) -> T {
        let _current = self.0.clone().map(opentelemetry::Context::attach);
        run()
    }
}

#[cfg(not(feature = "opentelemetry"))]
struct Trace;

#[cfg(not(feature = "opentelemetry"))]
impl Trace {
    fn of(_: &Context) -> Self {
        Self
    }

    #[allow(clippy::unused_self)]
    fn within<T>(&self, run: impl FnOnce() -> T) -> T {
        run()
    }
}

impl<F> InTrace<F> {
    /// Calls a handler in the trace: some layers make their span before the first poll.
    pub(crate) fn call(ctx: &Context, call: impl FnOnce() -> F) -> Self {
        let trace = Trace::of(ctx);
        let handler = trace.within(call);
        Self { trace, handler }
    }
}

impl<F: Future> Future for InTrace<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let this = self.project();
        let handler = this.handler;
        this.trace.within(|| handler.poll(task))
    }
}
