//! Callbacks that run when a context ends.

use std::fmt;

use super::handle::Context;
use super::tree::key::Key;
use crate::error::ContextError;

type Callback = Box<dyn FnOnce(ContextError) + Send>;

/// A callback that waits for a context to end. Comes from [`Context::on_cancel`]; dropping it
/// unregisters the callback.
///
/// After the drop the callback does not *start* any more. If it is running on another thread at
/// that moment, the drop does not wait for it: whatever the callback uses must stay usable, which
/// its `'static` bound sees to. (The same promise as Go's `context.AfterFunc`.)
#[must_use = "dropping a `CancelHook` unregisters its callback at once"]
pub struct CancelHook {
    ctx: Context,
    place: Place,
}

/// Where the callback is.
enum Place {
    Registered(Key),
    /// The context cannot end: it is only kept.
    Kept {
        _callback: std::sync::Mutex<Callback>,
    },
    Gone,
}

impl Context {
    /// Calls `hook` once, when the context ends; at once, on this thread, if it has ended already.
    ///
    /// A hook runs on the thread that cancels, inside `cancel`, after everything below was marked
    /// as ended. A deadline runs it in a task of its own, on the runtime that it was registered in.
    /// Keep hooks short. A hook that is registered outside of a Tokio runtime is not called by a
    /// deadline, unless something waits for it inside of one.
    ///
    /// Dropping the returned [`CancelHook`] unregisters it.
    ///
    /// # Panics
    ///
    /// A panic in `hook` goes to whoever cancels, after all others were told; at a deadline, to the
    /// hook's task.
    ///
    /// ```
    /// # use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
    /// let (ctx, canceller) = taskward::Context::background().with_cancel();
    /// let stopped = Arc::new(AtomicBool::new(false));
    /// let flag = stopped.clone();
    /// let _hook = ctx.on_cancel(move |_why| flag.store(true, Ordering::Relaxed));
    /// canceller.cancel();
    /// assert!(stopped.load(Ordering::Relaxed));
    /// ```
    pub fn on_cancel(&self, hook: impl FnOnce(ContextError) + Send + 'static) -> CancelHook {
        let hook: Callback = Box::new(hook);
        let place = match self.node() {
            None => Place::Kept { _callback: std::sync::Mutex::new(hook) },
            Some(node) if node.has_ended() => {
                hook(node.why());
                Place::Gone
            }
            Some(node) => match node.hook(hook) {
                Ok(key) => Place::Registered(key),
                Err(hook) => {
                    (hook.run)(node.why());
                    Place::Gone
                }
            },
        };
        CancelHook { ctx: self.clone(), place }
    }
}

impl CancelHook {
    /// Unregisters the callback. Returns true if it never ran and never will; false if it has run,
    /// or is running.
    #[allow(clippy::must_use_candidate, reason = "the answer is for those who share data with the callback")]
    pub fn unregister(mut self) -> bool {
        self.take()
    }

    /// Leaves the callback registered for as long as the context lives.
    pub fn forget(mut self) {
        self.place = Place::Gone;
    }

    fn take(&mut self) -> bool {
        match (std::mem::replace(&mut self.place, Place::Gone), self.ctx.node()) {
            (Place::Registered(key), Some(node)) => node.forget(key),
            (Place::Kept { .. }, _) => true,
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
        let registered = !matches!(self.place, Place::Gone);
        f.debug_struct("CancelHook").field("registered", &registered).finish_non_exhaustive()
    }
}
