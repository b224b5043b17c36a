//! Gauges of the sizes of pools and groups. Zero-sized without the feature `metrics`.
//!
//! The methods call the recorder, which is user code: never under a lock.

#[cfg(feature = "metrics")]
use metrics::Gauge;

/// Without the feature there is no gauge, so the compiler removes every use.
#[cfg(not(feature = "metrics"))]
#[derive(Clone)]
enum Gauge {}

#[cfg(not(feature = "metrics"))]
impl Gauge {
    fn increment(&self, _: f64) {
        match *self {}
    }

    fn decrement(&self, _: f64) {
        match *self {}
    }
}

/// The gauge of one size, if requested. Pools and groups with the same name add up.
#[derive(Clone, Default)]
pub(crate) struct SizeGauge(Option<Gauge>);

#[expect(clippy::cast_precision_loss, reason = "a gauge is an f64")]
impl SizeGauge {
    /// Uses the recorder that is installed now.
    #[cfg(feature = "metrics")]
    pub(crate) fn new(metric: &'static str, name: &'static str) -> Self {
        Self(Some(metrics::gauge!(metric, "name" => name)))
    }

    #[inline]
    pub(crate) fn add(&self, count: usize) {
        if let Self(Some(gauge)) = self {
            gauge.increment(count as f64);
        }
    }

    #[inline]
    pub(crate) fn subtract(&self, count: usize) {
        if let Self(Some(gauge)) = self
            && count > 0
        {
            gauge.decrement(count as f64);
        }
    }
}

/// Decrements the gauge when dropped.
pub(crate) struct Counted(SizeGauge);

impl Counted {
    /// Wraps an increment of the gauge, made now or later.
    #[inline]
    pub(crate) fn by(gauge: &SizeGauge) -> Self {
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    #[inline]
    fn drop(&mut self) {
        self.0.subtract(1);
    }
}
