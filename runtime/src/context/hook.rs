use std::fmt;

use super::Context;

/// A callback that waits for a context to end. Comes from [`Context::on_cancel`]; dropping it unregisters the callback.
///
/// After the drop the callback does not *start* any more. If it is running on another thread at that moment, the drop
/// does not wait for it: whatever the callback uses must stay usable, which its `'static` bound sees to. (The same
/// promise as Go's `context.AfterFunc`.)
#[must_use = "dropping a `CancelHook` unregisters its callback at once"]
pub struct CancelHook {
    ctx: Context,
    key: Option<usize>,
}

impl CancelHook {
    pub(super) fn new(ctx: Context, key: Option<usize>) -> Self {
        Self { ctx, key }
    }

    /// Unregisters the callback. Returns true if it never ran and never will; false if it has run, or is running.
    #[allow(clippy::must_use_candidate, reason = "the answer is for those who share data with the callback")]
    pub fn unregister(mut self) -> bool {
        self.take()
    }

    /// Leaves the callback registered for as long as the context lives.
    pub fn forget(mut self) {
        self.key = None;
    }

    fn take(&mut self) -> bool {
        match (self.key.take(), self.ctx.scope()) {
            (Some(key), Some(scope)) => scope.forget(key).is_some(),
            _ => false,
        }
    }
}

impl Drop for CancelHook {
    fn drop(&mut self) {
        self.take();
    }
}

impl fmt::Debug for CancelHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelHook").field("registered", &self.key.is_some()).finish_non_exhaustive()
    }
}
