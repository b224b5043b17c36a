//! Gauges of the sizes of pools and groups. Zero-sized without the feature `metrics`.
//!
//! The methods call the recorder, which is user code: never under a lock.

/// The gauge of one size, if requested. Pools and groups with the same name add up.
#[cfg(feature = "metrics")]
#[derive(Clone, Default)]
pub(crate) struct SizeGauge(Option<metrics::Gauge>);

#[cfg(feature = "metrics")]
impl SizeGauge {
    /// Uses the recorder that is installed now.
    pub(crate) fn new(metric: &'static str, name: &'static str) -> Self {
        Self(Some(metrics::gauge!(metric, "name" => name)))
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is an f64")]
    pub(crate) fn add(&self, count: usize) {
        if let Self(Some(gauge)) = self {
            gauge.increment(count as f64);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is an f64")]
    pub(crate) fn subtract(&self, count: usize) {
        if let Self(Some(gauge)) = self
            && count > 0
        {
            gauge.decrement(count as f64);
        }
    }
}

#[cfg(not(feature = "metrics"))]
#[derive(Clone, Default)]
pub(crate) struct SizeGauge;

#[cfg(not(feature = "metrics"))]
#[allow(clippy::unused_self)]
impl SizeGauge {
    #[inline]
    pub(crate) fn add(&self, _: usize) {}

    #[inline]
    pub(crate) fn subtract(&self, _: usize) {}
}

/// Decrements the gauge when dropped.
#[cfg(feature = "metrics")]
pub(crate) struct Counted(SizeGauge);

#[cfg(not(feature = "metrics"))]
pub(crate) struct Counted;

impl Counted {
    /// Wraps an increment of the gauge, made now or later.
    #[inline]
    #[cfg_attr(not(feature = "metrics"), expect(unused_variables, reason = "there is nothing to count"))]
    pub(crate) fn by(gauge: &SizeGauge) -> Self {
        #[cfg(feature = "metrics")]
        return Self(gauge.clone());
        #[cfg(not(feature = "metrics"))]
        Self
    }
}

#[cfg(feature = "metrics")]
impl Drop for Counted {
    fn drop(&mut self) {
        self.0.subtract(1);
    }
}
