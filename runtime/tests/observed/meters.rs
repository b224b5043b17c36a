//! Records metrics.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};

/// Counts, by key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meters(pub(crate) Arc<Mutex<BTreeMap<String, Arc<AtomicU64>>>>);

/// The number of recorded values.
struct Values(Arc<AtomicU64>);

impl HistogramFn for Values {
    fn record(&self, _: f64) {
        self.0.fetch_add(1, Relaxed);
    }
}

impl Meters {
    /// Runs `call` with this recorder, on a paused clock.
    pub(crate) fn record<T>(&self, call: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        metrics::with_local_recorder(self, || runtime.block_on(call))
    }

    pub(crate) fn read(&self, key: &str) -> Option<u64> {
        self.0.lock().unwrap().get(key).map(|value| value.load(Relaxed))
    }

    pub(crate) fn gauge(&self, key: &str) -> Option<f64> {
        self.read(key).map(f64::from_bits)
    }

    fn of(&self, key: &Key) -> Arc<AtomicU64> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        self.0.lock().unwrap().entry(format!("{}{{{}}}", key.name(), labels.join(","))).or_default().clone()
    }
}

impl Recorder for Meters {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.of(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.of(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(Values(self.of(key))))
    }
}
