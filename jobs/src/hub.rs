//! Events of a database, for the callers and servers of this process.

use tokio::sync::broadcast::{self, Receiver, Sender};

use crate::engine::types::BatchId;

/// A change that a server or a caller may wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A queue has new jobs.
    Queue(String),
    /// A batch has new results, or fewer running jobs.
    Results(BatchId),
    /// A batch was cancelled.
    Cancelled(BatchId),
    /// Events may have been missed.
    Resync,
}

#[cfg(any(feature = "postgres", test))]
impl Event {
    /// The text of an announcement to other processes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(1)?;
        match kind {
            "q" => Some(Self::Queue(rest.to_owned())),
            "r" => rest.parse().ok().map(Self::Results),
            "c" => rest.parse().ok().map(Self::Cancelled),
            _ => None,
        }
    }
}

/// The events of one database.
pub(crate) struct Hub(Sender<Event>);

/// A listener that lags behind by more gets [`Event::Resync`].
const CAPACITY: usize = 1024;

impl Hub {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(CAPACITY).0)
    }

    pub(crate) fn tell(&self, event: Event) {
        // Without listeners, the event is not needed.
        let _ = self.0.send(event);
    }

    pub(crate) fn subscribe(&self) -> Events {
        Events(self.0.subscribe())
    }
}

/// One listener.
pub(crate) struct Events(Receiver<Event>);

impl Events {
    /// # Cancellation safety
    ///
    /// No event is lost.
    pub(crate) async fn next(&mut self) -> Event {
        match self.0.recv().await {
            Ok(event) => event,
            Err(broadcast::error::RecvError::Lagged(_)) => Event::Resync,
            // The hub is gone, and with it the connection.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_of_other_programs_are_ignored() {
        assert_eq!(Event::parse("qthumbs"), Some(Event::Queue("thumbs".into())));
        assert_eq!(Event::parse("r7"), Some(Event::Results(7)));
        assert_eq!(Event::parse("c-7"), Some(Event::Cancelled(-7)));
        for text in ["", "r", "rx", "hello", "é"] {
            assert_eq!(Event::parse(text), None, "{text}");
        }
    }
}
