//! A call with a span or metrics.

use std::any::type_name;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;

use super::end::{Kind, Watching};
#[cfg(feature = "metrics")]
use super::meter::Meter;
use crate::context::call::race::polled_again;
use crate::error::ContextError;

/// The observers of a call. Created when the function is called.
#[derive(Default)]
pub struct Observation {
    #[cfg(feature = "tracing")]
    span: Option<tracing::Span>,
    #[cfg(feature = "metrics")]
    name: Option<&'static str>,
}

impl Observation {
    /// Sets the span of the call, which has the fields `outcome` and `otel.status_code`.
    #[cfg(feature = "tracing")]
    #[must_use]
    pub fn span(mut self, span: tracing::Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Counts the call under this name.
    #[cfg(feature = "metrics")]
    #[must_use]
    pub fn metrics(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }
}

pin_project! {
    /// The future of an observed call.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Observed<F: Future> {
        recorder: Recorder,
        has_failed: fn(&F::Output) -> bool,
        #[pin]
        call: Option<F>,
    }

    impl<F: Future> PinnedDrop for Observed<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.call.is_some() {
                let kind = if this.recorder.is_polled { Kind::Panicked } else { Kind::Dropped };
                // Destructors are part of the call.
                this.recorder.enter(|| this.call.set(None));
                this.recorder.end(kind, None);
            }
        }
    }
}

/// The observers of a call, until they are notified of its end.
struct Recorder {
    observation: Observation,
    has_begun: bool,
    /// Also true after a poll that panicked.
    is_polled: bool,
    #[cfg(feature = "metrics")]
    meter: Option<Meter>,
}

impl Recorder {
    /// Called at the first poll: a call that is never polled does not count.
    fn begin(&mut self) {
        if !self.has_begun {
            self.has_begun = true;
            #[cfg(feature = "metrics")]
            {
                self.meter = self.observation.name.map(Meter::begin);
            }
        }
    }

    #[cfg_attr(not(feature = "tracing"), expect(clippy::unused_self, reason = "there are no spans to enter"))]
    fn enter<T>(&self, run: impl FnOnce() -> T) -> T {
        #[cfg(feature = "tracing")]
        if let Some(span) = &self.observation.span {
            return span.in_scope(run);
        }
        run()
    }

    fn end(&mut self, kind: Kind, why: Option<&ContextError>) {
        if !self.has_begun {
            return;
        }
        #[cfg(feature = "metrics")]
        if let Some(meter) = self.meter.take() {
            meter.end(kind);
        }
        #[cfg(feature = "tracing")]
        if let Some(span) = self.observation.span.take() {
            record(&span, kind, why);
        }
        _ = (kind, why);
    }
}

/// Records the end. A cancelled call is no failure and its caller knows the reason, so no status
/// is set, as OpenTelemetry specifies.
#[cfg(feature = "tracing")]
fn record(span: &tracing::Span, kind: Kind, why: Option<&ContextError>) {
    span.record("outcome", kind.name());
    if matches!(kind, Kind::Error | Kind::DeadlineExceeded | Kind::Panicked) {
        span.record("otel.status_code", "ERROR");
    }
    let outcome = kind.name();
    match (kind, why) {
        (Kind::DeadlineExceeded, Some(why)) => {
            tracing::warn!(parent: span, outcome, cause = %why, "interrupted");
        }
        (Kind::Cancelled, Some(why)) => {
            tracing::info!(parent: span, outcome, cause = %why, "interrupted");
        }
        (Kind::Dropped, _) => {
            tracing::debug!(parent: span, outcome, "dropped by its caller");
        }
        _ => {}
    }
}

impl<F: Future> Observed<F> {
    pub(crate) fn new(observation: Observation, has_failed: fn(&F::Output) -> bool, call: F) -> Self {
        let recorder = Recorder {
            observation,
            has_begun: false,
            is_polled: false,
            #[cfg(feature = "metrics")]
            meter: None,
        };
        Self { recorder, has_failed, call: Some(call) }
    }
}

/// Returns whether the type is `()`, which is the same for every end.
fn says_nothing<T>() -> bool {
    type_name::<T>() == type_name::<()>()
}

impl<F: Future> Future for Observed<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let Some(call) = this.call.as_mut().as_pin_mut() else { polled_again() };
        this.recorder.begin();
        let watching = Watching::begin();
        this.recorder.is_polled = true;
        let polled = this.recorder.enter(|| call.poll(task));
        this.recorder.is_polled = false;
        let why = watching.end();
        if let Poll::Ready(output) = &polled {
            let kind = Kind::of((this.has_failed)(output), says_nothing::<F::Output>(), why.as_ref());
            this.recorder.enter(|| this.call.set(None));
            this.recorder.end(kind, why.as_ref());
        }
        polled
    }
}
