//! [`Lazy`].

use std::any::type_name;
use std::fmt;
use std::sync::Arc;

use super::guard::LazyGuard;
use super::initialize::{self, Initialize, Sharing};
use super::state::State;
use crate::init::lock::Place;

/// A shared value that is made when it is first asked for, and again after it was invalidated: a
/// connection that is opened at its first use, and again when it has broken.
///
/// A `#[lazy]` function keeps its value in one; that is the usual way to use it.
///
/// - [`lend`](Self::lend) and [`get`](Self::get) look without initializing;
///   [`get_or_try_init`](Self::get_or_try_init) and its kin initialize.
/// - [`invalidate_if`](Self::invalidate_if) gives up a value that has turned out broken,
///   [`invalidate`](Self::invalidate) any value, and [`replace`](Self::replace) puts another one in
///   its place. Callers that hold the old value keep it; it is dropped with the last of them.
///
/// One initializer runs at a time; other callers wait, in order. An error is not kept: it goes to
/// the caller whose initializer failed, and the next waiter initializes. The same happens when that
/// caller is cancelled or panics. [`get_or_try_init_shared`](Self::get_or_try_init_shared) gives
/// the error to all that waited, so that none of them repeats the attempt.
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
/// Modelled on Go's mutex with a nil check around a connection. `sync.Once` and `OnceLock` keep the
/// first value for good.
///
/// # Keep no call that is not polled
///
/// The call that initializes does so when it is polled. A call that is kept and not polled, such as
/// `&mut call` in a `select!` whose other branch asks for the same value, makes all others wait for
/// it. Drop such a call, or spawn it in a [`TaskGroup`](crate::TaskGroup).
pub struct Lazy<T> {
    state: State<T>,
}

impl<T> Lazy<T> {
    /// Creates an empty one. Also for a `static`.
    #[cfg(not(taskward_loom))]
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::new() }
    }

    /// Creates an empty one.
    #[cfg(taskward_loom)]
    #[must_use]
    pub fn new() -> Self {
        Self { state: State::new() }
    }

    /// Returns the value, if there is one. Neither initializes nor waits.
    ///
    /// Counts a reference, at which threads meet: prefer [`lend`](Self::lend) for a look.
    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<Arc<T>> {
        self.state.slot.get()
    }

    /// Returns the value, if there is one, without counting a reference: see [`LazyGuard`]. Neither
    /// initializes nor waits.
    #[inline]
    #[must_use]
    pub fn lend(&self) -> Option<LazyGuard<T>> {
        self.state.slot.lend()
    }

    /// Returns the value, which `init` makes if it is not there. If another caller is making it,
    /// waits for that one.
    ///
    /// # Errors
    ///
    /// That of `init`, if it was called. No other caller gets it: the next waiter initializes.
    ///
    /// # Panics
    ///
    /// If `init` asks for the value that it is about to make, also by way of others. A panic of
    /// `init` goes to its caller, and the next one initializes.
    ///
    /// # Cancellation safety
    ///
    /// A call that is dropped while it initializes drops the future of `init` and keeps nothing:
    /// the next caller initializes. A call that is dropped while it waits leaves the others alone.
    #[track_caller]
    pub fn get_or_try_init<E, F>(&self, init: impl FnOnce() -> F) -> impl Future<Output = Result<Arc<T>, E>>
    where
        F: Future<Output = Result<T, E>>,
    {
        // What `init` does before it first waits belongs to it, too.
        Initialize::new(&self.state, async { init().await }, Place::of_value(type_name::<T>()))
    }

    /// Like [`get_or_try_init`](Self::get_or_try_init), and gives the error of a failed attempt to
    /// all callers that waited for it: of twenty callers of a server that is down, one tries, and
    /// all know.
    ///
    /// An attempt that is cancelled, or fails after its caller's own
    /// [context](crate::Context::current) ended, is not shared: the next waiter initializes. A
    /// caller that comes after the failure initializes, too. Callers share if their error types are
    /// the same.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    /// use taskward::Lazy;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (connection, attempts) = (Lazy::<String>::new(), AtomicUsize::new(0));
    /// let connect = || async {
    ///     attempts.fetch_add(1, Relaxed);
    ///     tokio::task::yield_now().await;
    ///     Err(Arc::new(std::io::Error::other("connection refused")))
    /// };
    /// let (one, other) = tokio::join!(
    ///     connection.get_or_try_init_shared(connect),
    ///     connection.get_or_try_init_shared(connect),
    /// );
    /// assert!(one.is_err() && other.is_err());
    /// assert_eq!(attempts.into_inner(), 1);
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// That of `init`, or of the attempt that the call waited for.
    ///
    /// # Panics
    ///
    /// As [`get_or_try_init`](Self::get_or_try_init).
    ///
    /// # Cancellation safety
    ///
    /// As [`get_or_try_init`](Self::get_or_try_init).
    #[track_caller]
    pub fn get_or_try_init_shared<E, F>(&self, init: impl FnOnce() -> F) -> impl Future<Output = Result<Arc<T>, E>>
    where
        E: Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, E>>,
    {
        Initialize::new(&self.state, async { init().await }, Sharing::new(Place::of_value(type_name::<T>())))
    }

    /// [`get_or_try_init`](Self::get_or_try_init) for an initializer that cannot fail.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Cancellation safety
    ///
    /// As there.
    #[track_caller]
    pub fn get_or_init<F>(&self, init: impl FnOnce() -> F) -> impl Future<Output = Arc<T>>
    where
        F: Future<Output = T>,
    {
        Initialize::new(&self.state, async { init().await }, Place::of_value(type_name::<T>()))
    }

    /// [`get_or_try_init`](Self::get_or_try_init) for a thread that may block: it blocks while
    /// another caller, a thread or a task, initializes.
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Panics
    ///
    /// As there; and on a thread of a runtime that must not block, if it would have to wait for a
    /// task.
    #[track_caller]
    pub fn blocking_get_or_try_init<E>(&self, init: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        initialize::blocking(&self.state, init, &Place::of_value(type_name::<T>()))
    }

    /// [`blocking_get_or_try_init`](Self::blocking_get_or_try_init) for an initializer that cannot
    /// fail.
    ///
    /// # Panics
    ///
    /// As there.
    #[track_caller]
    pub fn blocking_get_or_init(&self, init: impl FnOnce() -> T) -> Arc<T> {
        initialize::blocking(&self.state, init, &Place::of_value(type_name::<T>()))
    }

    /// Removes and returns the value: the next caller initializes.
    ///
    /// An initializer that is running goes on for its caller, and its value is not kept. So no call
    /// that begins after this one gets a value whose initializer began before it.
    pub fn invalidate(&self) -> Option<Arc<T>> {
        self.state.slot.replace(None)
    }

    /// Removes the value if it is still `value`. Returns whether it was.
    ///
    /// For the users of a broken connection, each with the one that it had: however many they are,
    /// there is one new attempt, and those that come late do not disturb it.
    pub fn invalidate_if(&self, value: &Arc<T>) -> bool {
        self.state.slot.remove(value)
    }

    /// Sets the value, and returns the one before. The value of an initializer that is running is
    /// not kept.
    pub fn replace(&self, value: T) -> Option<Arc<T>> {
        self.state.slot.replace(Some(Arc::new(value)))
    }

    #[inline]
    pub(super) const fn state(&self) -> &State<T> {
        &self.state
    }
}

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for Lazy<T> {
    /// A value that is there from the beginning.
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
