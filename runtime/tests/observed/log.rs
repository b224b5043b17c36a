//! Records spans and events.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context as Layered, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// The recorded lines.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {}={value}", field.name()).unwrap();
    }
}

impl Log {
    fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Log {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Layered<'_, S>) {
        let mut fields = Fields(String::new());
        attributes.record(&mut fields);
        self.push(format!("new {}{}", attributes.metadata().name(), fields.0));
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, ctx: Layered<'_, S>) {
        let mut fields = Fields(String::new());
        record.record(&mut fields);
        self.push(format!("{}{}", ctx.span(id).unwrap().name(), fields.0));
    }

    fn on_event(&self, event: &Event<'_>, ctx: Layered<'_, S>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        let span = ctx.event_span(event).map_or("-", |span| span.name());
        self.push(format!("{span}: {}{}", event.metadata().level(), fields.0));
    }

    fn on_close(&self, id: Id, ctx: Layered<'_, S>) {
        self.push(format!("end {}", ctx.span(&id).unwrap().name()));
    }
}

/// Returns the lines recorded during `call`.
pub(crate) fn told<T>(call: impl Future<Output = T>) -> Vec<String> {
    let log = Log::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(log.clone()), || runtime.block_on(call));
    Arc::try_unwrap(log.0).map_or_else(|log| log.lock().unwrap().clone(), |log| log.into_inner().unwrap())
}
