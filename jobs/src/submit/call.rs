//! A call whose items become jobs.

use serde::Serialize;
use taskward::Context;

use crate::error::JobsError;
use crate::jobs::Jobs;
use crate::spec::Spec;

/// A batch to send.
pub(crate) struct Call {
    pub(crate) spec: &'static Spec,
    pub(crate) jobs: Jobs,
    pub(crate) ctx: Context,
    pub(crate) in_order: bool,
}

/// Encodes all items at once: the future of the call then holds neither the iterator nor the
/// items.
pub(crate) fn encode<T: Serialize>(items: impl IntoIterator<Item = T>) -> Result<Vec<String>, JobsError> {
    items.into_iter().map(|item| serde_json::to_string(&item)).collect::<Result<_, _>>().map_err(JobsError::encode)
}
