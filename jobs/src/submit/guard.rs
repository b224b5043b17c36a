//! A batch whose caller may be dropped.

use crate::database::Database;
use crate::engine::types::BatchId;

/// Cancels the batch when it is dropped: no path out of the call can forget to.
pub(super) struct Guard {
    database: Database,
    batch: BatchId,
    is_armed: bool,
}

impl Guard {
    pub(super) fn new(database: Database, batch: BatchId) -> Self {
        Self { database, batch, is_armed: true }
    }

    /// The batch has ended.
    pub(super) fn disarm(&mut self) {
        self.is_armed = false;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.is_armed {
            self.database.cancel_soon(self.batch, "its caller was dropped");
        }
    }
}
