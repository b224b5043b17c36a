//! Serializes a [`ContextError`] as part of an error that crosses a wire.
//!
//! The kind, the length of a time limit and the text of the cause are serialized. The type of the
//! cause is not.

use std::error::Error;
use std::panic::Location;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::ContextError;
use crate::limit::Limit;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wire {
    Cancelled { cause: Option<String> },
    DeadlineExceeded { limit: Option<Duration>, cause: Option<String> },
}

impl From<&ContextError> for Wire {
    fn from(error: &ContextError) -> Self {
        match error {
            ContextError::Cancelled(why) => Self::Cancelled { cause: why.cause().map(ToString::to_string) },
            ContextError::DeadlineExceeded(why) => {
                // The owner of a limit is only part of the text, because its name is in static
                // memory.
                let is_named = why.cause().is_some() || why.owner().is_some();
                Self::DeadlineExceeded { limit: why.limit(), cause: is_named.then(|| why.to_string()) }
            }
        }
    }
}

impl From<Wire> for ContextError {
    fn from(wire: Wire) -> Self {
        match wire {
            Wire::Cancelled { cause: None } => Self::cancelled(),
            Wire::Cancelled { cause: Some(cause) } => Self::cancelled_with(cause.into()),
            Wire::DeadlineExceeded { limit, cause } => {
                let limit = Limit { duration: limit, owner: None, cause: None, place: Location::caller() };
                Self::deadline(match cause {
                    Some(cause) => limit.because(Box::<dyn Error + Send + Sync>::from(cause)),
                    None => limit,
                })
            }
        }
    }
}

/// Serializes the kind, the length of a time limit and the text of the cause.
///
/// ```
/// use taskward::{Context, ContextError};
///
/// let (ctx, canceller) = Context::background().with_cancel();
/// canceller.cancel_with("the user went away");
/// let sent = serde_json::to_string(&ctx.check().unwrap_err()).unwrap();
/// let received: ContextError = serde_json::from_str(&sent).unwrap();
/// assert_eq!(received.to_string(), "cancelled: the user went away");
/// ```
impl Serialize for ContextError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire::from(self).serialize(serializer)
    }
}

/// The deserialized cause is a text: [`downcast_ref`](trait@std::error::Error#method.downcast_ref)
/// does not find its original type.
impl<'de> Deserialize<'de> for ContextError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Wire::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(error: &ContextError) -> ContextError {
        serde_json::from_str(&serde_json::to_string(error).unwrap()).unwrap()
    }

    #[test]
    fn what_is_received_reads_as_what_was_sent() {
        let here = Location::caller();
        let limit = |owner, cause: Option<&str>| {
            let limit = Limit { duration: Some(Duration::from_secs(5)), owner, cause: None, place: here };
            cause.map_or(limit.clone(), |cause| limit.because(cause.into()))
        };
        for error in [
            ContextError::cancelled(),
            ContextError::cancelled_with("closing time".into()),
            ContextError::deadline(limit(None, None)),
            ContextError::deadline(limit(Some("fetch"), None)),
            ContextError::deadline(limit(None, Some("the market has closed"))),
        ] {
            let received = sent(&error);
            assert_eq!(received.to_string(), error.to_string());
            assert_eq!(received.is_cancelled(), error.is_cancelled());
        }
        let ContextError::DeadlineExceeded(received) = sent(&ContextError::deadline(limit(Some("fetch"), None))) else {
            panic!("another kind of end");
        };
        assert_eq!(received.limit(), Some(Duration::from_secs(5)));
    }
}
