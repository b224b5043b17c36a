//! Callbacks that run when a context ends.

use std::fmt;

use super::handle::Context;
use super::tree::key::Key;
use crate::error::ContextError;

type Callback = Box<dyn FnOnce(ContextError) + Send>;

/// A callback registered with [`Context::on_cancel`]. Dropping it unregisters the callback.
///
/// After the drop the callback does not start any more. The drop does not wait for a callback that
/// is running on another thread; the `'static` bound keeps the callback's data usable until it
/// returns. (The same guarantee as Go's `context.AfterFunc`.)
///
/// ```
/// use std::sync::mpsc;
/// use taskward::Context;
///
/// let (ctx, canceller) = Context::background().with_cancel();
/// let (sender, receiver) = mpsc::channel();
/// let hook = ctx.on_cancel(move |_| sender.send("ended").unwrap());
/// drop(hook);
/// canceller.cancel();
/// assert!(receiver.recv().is_err());
/// ```
#[must_use = "dropping a `CancelHook` unregisters its callback at once"]
pub struct CancelHook {
    ctx: Context,
    place: Place,
}

/// The state of a callback.
enum Place {
    Registered(Key),
    /// The context cannot end; the callback is only stored.
    Kept {
        _callback: std::sync::Mutex<Callback>,
    },
    Gone,
}

impl Context {
    /// Calls `hook` once, when the context ends. Calls it immediately on this thread if the
    /// context has already ended.
    ///
    /// On cancellation the hook runs on the cancelling thread, inside `cancel`, after all
    /// descendants were marked as ended. On a deadline it runs in a task of its own, on the
    /// runtime it was registered in. Keep hooks short. A hook registered outside of a Tokio
    /// runtime runs on a deadline only if something inside a runtime waits for that deadline.
    ///
    /// Dropping the returned [`CancelHook`] unregisters it.
    ///
    /// # Panics
    ///
    /// A panic in `hook` propagates to the caller of `cancel` after all other hooks have run. On a
    /// deadline it stays in the hook's task.
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
    /// Unregisters the callback. Returns true if the callback has not run and never will, and
    /// false if it has run or is running.
    ///
    /// ```
    /// use taskward::Context;
    ///
    /// let (ctx, _canceller) = Context::background().with_cancel();
    /// let hook = ctx.on_cancel(|why| println!("{why}"));
    /// assert!(hook.unregister());
    /// ```
    #[allow(clippy::must_use_candidate, reason = "only callers that share data with the callback need the result")]
    pub fn unregister(mut self) -> bool {
        self.take()
    }

    /// Leaves the callback registered for the lifetime of the context.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use taskward::Context;
    ///
    /// let (ctx, canceller) = Context::background().with_cancel();
    /// let (sender, receiver) = mpsc::channel();
    /// ctx.on_cancel(move |_| sender.send("closed").unwrap()).forget();
    /// canceller.cancel();
    /// assert_eq!(receiver.recv(), Ok("closed"));
    /// ```
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
