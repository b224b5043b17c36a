//! A batch whose caller may be dropped.

use crate::database::Database;
use crate::engine::types::BatchId;

/// Keeps a batch alive, also while its caller is not polled. Cancels it when it is dropped: no
/// path out of the call can forget to.
pub(super) struct Guard {
    database: Database,
    batch: BatchId,
    is_armed: bool,
}

impl Guard {
    pub(super) fn new(database: Database, batch: BatchId, alive_ms: i64) -> Self {
        database.keep(batch, alive_ms);
        Self { database, batch, is_armed: true }
    }

    /// The batch has ended.
    pub(super) fn disarm(&mut self) {
        if self.is_armed {
            self.is_armed = false;
            self.database.forget(self.batch);
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.is_armed {
            self.database.cancel_soon(self.batch, "its caller was dropped");
        }
    }
}
