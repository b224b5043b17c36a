//! Values of a context that travel with a batch.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use taskward::Context;

use crate::error::JobsError;

/// A value of a context that travels to other processes, with [`Jobs::carry`](crate::Jobs::carry).
/// All other values stay in their process.
pub trait Portable: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name of the value in the database: the same in each version of the program.
    const NAME: &'static str;
}

/// The caller's trace in the form of W3C's Trace Context. Travels without
/// [`Jobs::carry`](crate::Jobs::carry).
///
/// ```
/// use taskward::Context;
/// use taskward_jobs::TraceContext;
///
/// let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned();
/// let ctx = Context::background().with_value(TraceContext { traceparent, tracestate: None });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceContext {
    /// The header `traceparent`.
    pub traceparent: String,
    /// The header `tracestate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracestate: Option<String>,
}

impl Portable for TraceContext {
    const NAME: &'static str = "trace";
}

/// The functions of a [`Portable`] type.
#[derive(Clone, Copy)]
pub(crate) struct Carrier {
    name: &'static str,
    pack: fn(&Context) -> Option<serde_json::Result<Value>>,
    unpack: fn(Context, &Value) -> serde_json::Result<Context>,
}

impl Carrier {
    pub(crate) fn of<T: Portable>() -> Self {
        Self {
            name: T::NAME,
            pack: |ctx| ctx.value::<T>().map(serde_json::to_value),
            unpack: |ctx, value| Ok(ctx.with_value(T::deserialize(value)?)),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

/// The values of a context that travel with a batch.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Envelope {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    values: BTreeMap<String, Value>,
}

impl Envelope {
    pub(crate) fn pack(carriers: &[Carrier], ctx: &Context) -> Result<Self, JobsError> {
        let mut envelope = Self::default();
        for carrier in carriers {
            if let Some(value) = (carrier.pack)(ctx) {
                envelope.values.insert(carrier.name.to_owned(), value.map_err(JobsError::encode)?);
            }
        }
        Ok(envelope)
    }

    pub(crate) fn encode(&self) -> Result<String, JobsError> {
        serde_json::to_string(self).map_err(JobsError::encode)
    }

    /// Returns `ctx` with those values of an encoded envelope that have a carrier.
    pub(crate) fn unpack(envelope: &str, carriers: &[Carrier], mut ctx: Context) -> Result<Context, JobsError> {
        if envelope == "{}" {
            return Ok(ctx);
        }
        let envelope: Self =
            serde_json::from_str(envelope).map_err(|error| JobsError::decode("the envelope of a batch", &error))?;
        for carrier in carriers {
            if let Some(value) = envelope.values.get(carrier.name) {
                let unpacked = (carrier.unpack)(ctx, value);
                ctx = unpacked.map_err(|error| JobsError::decode(format!("the value `{}`", carrier.name), &error))?;
            }
        }
        Ok(ctx)
    }
}
