//! A value that is made when it is first asked for, and again once it has been given up.

mod dial;
pub(crate) mod generated;
mod lent;
#[cfg(all(test, taskward_loom))]
mod loom_models;
mod slot;

use std::any::type_name;
use std::fmt;
use std::sync::Arc;

pub use self::lent::Lent;

use self::dial::Dial;
use self::slot::Slot;
use crate::turn::{Place, Turn};

/// A value that is made when somebody first asks for it, shared, and made anew after it has been given up: a connection that is dialled at its first use,
/// and again when it has broken.
///
/// What a `#[lazy]` function keeps its value in; that is the usual way to use it. Everything else is here:
///
/// - [`get`](Self::get) looks without dialling; [`get_or_try_init`](Self::get_or_try_init) and its kin dial.
/// - [`invalidate_if`](Self::invalidate_if) gives up a value that has turned out broken, [`invalidate`](Self::invalidate) whatever is there, and
///   [`replace`](Self::replace) puts another one in its place. Those who hold the old value go on with it; it is dropped with the last of them.
///
/// One dial runs at a time, for whoever asked first; the others wait for it, in order. An error is not kept: it goes to the caller who dialled, and the next
/// one in line dials. The same happens when that caller is cancelled or panics.
///
/// ```
/// use std::sync::Arc;
/// use taskward::Lazy;
///
/// struct Client {
///     conn: Lazy<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), std::io::Error> {
/// let client = Client { conn: Lazy::new() };
/// assert!(client.conn.get().is_none());
///
/// let first = client.conn.get_or_try_init(|| async { std::io::Result::Ok("connection 1".to_owned()) }).await?;
/// let second = client.conn.get_or_try_init(|| async { std::io::Result::Ok("connection 2".to_owned()) }).await?;
/// assert!(Arc::ptr_eq(&first, &second));
///
/// // Two users of one broken connection: only the first of them gives it up, and neither a newer one.
/// assert!(client.conn.invalidate_if(&first));
/// assert!(!client.conn.invalidate_if(&second));
/// # Ok(())
/// # }
/// ```
///
/// The model is Go's mutex with a nil check, as it stands around a connection there; `sync.Once` and `OnceLock` keep the first value for good.
pub struct Lazy<T> {
    slot: Slot<T>,
    turn: Turn,
}

impl<T> Lazy<T> {
    /// Empty. Also for a `static`.
    #[cfg(not(taskward_loom))]
    #[must_use]
    pub const fn new() -> Self {
        Self { slot: Slot::new(), turn: Turn::new() }
    }

    /// Empty.
    #[cfg(taskward_loom)]
    #[must_use]
    pub fn new() -> Self {
        Self { slot: Slot::new(), turn: Turn::new() }
    }

    /// The value, if there is one. Neither dials nor waits.
    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<Arc<T>> {
        self.slot.get()
    }

    /// The same, without a count: see [`Lent`].
    #[inline]
    #[must_use]
    pub fn lend(&self) -> Option<Lent<T>> {
        self.slot.lend()
    }

    /// The value; where there is none, `dial` makes one. If somebody else is dialling, waits for that.
    ///
    /// # Errors
    ///
    /// That of `dial`, if it was called. Nobody else gets it: the next caller dials anew.
    ///
    /// # Panics
    ///
    /// When the dial asks for the value that it is about to make. A panic of `dial` goes to its caller, and the next one dials.
    ///
    /// # Cancellation safety
    ///
    /// Dropped while it dials, it drops the dial, keeps nothing and lets the next caller dial. Dropped while it waits, it leaves the others alone.
    #[track_caller]
    pub fn get_or_try_init<E, F>(&self, dial: impl FnOnce() -> F) -> impl Future<Output = Result<Arc<T>, E>>
    where
        F: Future<Output = Result<T, E>>,
    {
        // What `dial` does before it first waits belongs to the dial, too.
        Dial::new(self, async { dial().await }, Place::of_value(type_name::<T>()))
    }

    /// [`get_or_try_init`](Self::get_or_try_init) for a dial that cannot fail.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Cancellation safety
    ///
    /// As there.
    #[track_caller]
    pub fn get_or_init<F>(&self, dial: impl FnOnce() -> F) -> impl Future<Output = Arc<T>>
    where
        F: Future<Output = T>,
    {
        Dial::new(self, async { dial().await }, Place::of_value(type_name::<T>()))
    }

    /// [`get_or_try_init`](Self::get_or_try_init) for a thread that may block: it blocks while somebody else dials, from whatever thread or task.
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Panics
    ///
    /// As there.
    #[track_caller]
    pub fn blocking_get_or_try_init<E>(&self, dial: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        dial::blocking(self, dial, Place::of_value(type_name::<T>()))
    }

    /// [`blocking_get_or_try_init`](Self::blocking_get_or_try_init) for a dial that cannot fail.
    ///
    /// # Panics
    ///
    /// As there.
    #[track_caller]
    pub fn blocking_get_or_init(&self, dial: impl FnOnce() -> T) -> Arc<T> {
        dial::blocking(self, dial, Place::of_value(type_name::<T>()))
    }

    /// Gives the value up, whichever it is, and hands it back: the next caller dials.
    ///
    /// A dial that is on its way goes on, for the caller who dials; its value is not kept. So no call that begins after this one gets a value whose dial
    /// began before it.
    pub fn invalidate(&self) -> Option<Arc<T>> {
        self.slot.replace(None)
    }

    /// Gives the value up if it is still `value`, and says whether it was: what the users of a broken connection do, each with the one that it had. However
    /// many there are, there is one new dial, and it is not disturbed by those who come late.
    pub fn invalidate_if(&self, value: &Arc<T>) -> bool {
        self.slot.remove(value)
    }

    /// Puts another value in the place of the one that is there, and hands that back. A dial that is on its way is not kept.
    pub fn replace(&self, value: T) -> Option<Arc<T>> {
        self.slot.replace(Some(Arc::new(value)))
    }
}

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for Lazy<T> {
    /// One that has a value already.
    fn from(value: T) -> Self {
        let lazy = Self::new();
        lazy.replace(value);
        lazy
    }
}

impl<T: fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(value) => f.debug_tuple("Lazy").field(&value).finish(),
            None => f.write_str("Lazy(<none>)"),
        }
    }
}
