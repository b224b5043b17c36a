//! [`Lazy`].

use std::any::type_name;
use std::fmt;
use std::sync::Arc;

use super::guard::LazyGuard;
use super::initialize::{self, Initialize, Sharing};
use super::state::State;
use crate::init::lock::Place;

/// A shared value that is created when first needed, and again after it was invalidated: for
/// example a connection, opened at its first use and again when it breaks.
///
/// Usually declared by a `#[lazy]` function, which stores its value in one.
///
/// - [`lend`](Self::lend) and [`get`](Self::get) return the current value without initializing;
///   [`get_or_try_init`](Self::get_or_try_init) and its variants initialize.
/// - [`invalidate_if`](Self::invalidate_if) discards a specific value that has turned out to be
///   broken, [`invalidate`](Self::invalidate) any value, and [`replace`](Self::replace) sets
///   another one. Callers that hold the old value keep it; it is dropped with the last of them.
///
/// One initializer runs at a time; other callers wait, in order. An error is not kept: it goes to
/// the caller whose initializer failed, and the next waiter initializes. The next waiter also
/// initializes if that caller is cancelled or panics.
/// [`get_or_try_init_shared`](Self::get_or_try_init_shared) returns the error to all waiters
/// instead, so that none of them repeats the attempt.
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
/// async fn connect(name: &str) -> std::io::Result<String> {
///     Ok(name.to_owned())
/// }
/// let first = client.conn.get_or_try_init(|| connect("one")).await?;
/// let second = client.conn.get_or_try_init(|| connect("two")).await?;
/// assert!(Arc::ptr_eq(&first, &second));
///
/// // Two users of one broken connection: the first invalidates it, the second does nothing.
/// assert!(client.conn.invalidate_if(&first));
/// assert!(!client.conn.invalidate_if(&second));
/// # Ok(())
/// # }
/// ```
///
/// Modelled on Go's mutex with a nil check around a connection. `sync.Once` and `OnceLock` keep
/// the first value forever.
///
/// # Keep no call that is not polled
///
/// A call initializes while it is polled. A call that is kept without being polled, such as
/// `&mut call` in a `select!` whose other branch needs the same value, makes all other callers
/// wait. Drop such a call, or spawn it in a [`TaskGroup`](crate::TaskGroup).
pub struct Lazy<T> {
    state: State<T>,
}

impl<T> Lazy<T> {
    /// Creates an uninitialized value. Usable in a `static`.
    ///
    /// ```
    /// use taskward::Lazy;
    ///
    /// static PORT: Lazy<u16> = Lazy::new();
    /// assert!(PORT.get().is_none());
    /// ```
    #[cfg(not(taskward_loom))]
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::new() }
    }

    /// Creates an uninitialized value.
    #[cfg(taskward_loom)]
    #[must_use]
    pub fn new() -> Self {
        Self { state: State::new() }
    }

    /// Returns the value, if it is initialized. Neither initializes nor waits.
    ///
    /// Increments the reference count, on which threads contend; prefer [`lend`](Self::lend) for
    /// short uses.
    ///
    /// ```
    /// use taskward::Lazy;
    ///
    /// let port = Lazy::<u16>::new();
    /// assert!(port.get().is_none());
    /// assert_eq!(*port.blocking_get_or_init(|| 8080), 8080);
    /// assert_eq!(port.get().as_deref(), Some(&8080));
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<Arc<T>> {
        self.state.slot.get()
    }

    /// Returns the value, if it is initialized, without incrementing its reference count; see
    /// [`LazyGuard`]. Neither initializes nor waits.
    ///
    /// ```
    /// use taskward::Lazy;
    ///
    /// let lazy = Lazy::from(7);
    /// assert_eq!(**lazy.lend().unwrap(), 7);
    /// ```
    #[inline]
    #[must_use]
    pub fn lend(&self) -> Option<LazyGuard<T>> {
        self.state.slot.lend()
    }

    /// Returns the value. Calls `init` to create it if needed. If another caller is initializing,
    /// waits for it.
    ///
    /// # Errors
    ///
    /// Returns the error of `init`, if it was called. No other caller gets the error: the next
    /// waiter initializes.
    ///
    /// # Panics
    ///
    /// If `init` needs the value that it is creating, directly or through other values. A panic of
    /// `init` resumes in its caller, and the next waiter initializes.
    ///
    /// # Cancellation safety
    ///
    /// Dropping a call that is initializing drops the future of `init` and stores nothing: the
    /// next caller initializes. Dropping a call that is waiting does not affect other callers.
    ///
    /// ```
    /// use taskward::Lazy;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lazy = Lazy::<u8>::new();
    /// assert!(lazy.get_or_try_init(async || "x".parse()).await.is_err());
    /// assert_eq!(*lazy.get_or_try_init(async || "7".parse()).await.unwrap(), 7);
    /// # }
    /// ```
    #[track_caller]
    pub fn get_or_try_init<E, F>(&self, init: impl FnOnce() -> F) -> impl Future<Output = Result<Arc<T>, E>>
    where
        F: Future<Output = Result<T, E>>,
    {
        // Calls `init` inside the block, so that its synchronous part belongs to the initializer,
        // too.
        Initialize::new(&self.state, async { init().await }, Place::of_value(type_name::<T>()))
    }

    /// Like [`get_or_try_init`](Self::get_or_try_init), and returns the error of a failed attempt
    /// to all callers that waited for it: with twenty callers of a server that is down, one tries
    /// and all get its error.
    ///
    /// An attempt that is cancelled, or that fails after its caller's own
    /// [context](crate::Context::current) has ended, is not shared: the next waiter initializes. A
    /// caller that arrives after the failure initializes, too. Only callers with equal error types
    /// share errors.
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
    /// Returns the error of `init`, or of the attempt that the call waited for.
    ///
    /// # Panics
    ///
    /// As [`get_or_try_init`](Self::get_or_try_init) does.
    ///
    /// # Cancellation safety
    ///
    /// As for [`get_or_try_init`](Self::get_or_try_init).
    #[track_caller]
    pub fn get_or_try_init_shared<E, F>(&self, init: impl FnOnce() -> F) -> impl Future<Output = Result<Arc<T>, E>>
    where
        E: Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, E>>,
    {
        Initialize::new(&self.state, async { init().await }, Sharing::new(Place::of_value(type_name::<T>())))
    }

    /// Like [`get_or_try_init`](Self::get_or_try_init), with an initializer that cannot fail.
    ///
    /// # Panics
    ///
    /// As [`get_or_try_init`](Self::get_or_try_init) does.
    ///
    /// # Cancellation safety
    ///
    /// As for [`get_or_try_init`](Self::get_or_try_init).
    ///
    /// ```
    /// use taskward::Lazy;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lazy = Lazy::new();
    /// assert_eq!(*lazy.get_or_init(async || 7).await, 7);
    /// # }
    /// ```
    #[track_caller]
    pub fn get_or_init<F>(&self, init: impl FnOnce() -> F) -> impl Future<Output = Arc<T>>
    where
        F: Future<Output = T>,
    {
        Initialize::new(&self.state, async { init().await }, Place::of_value(type_name::<T>()))
    }

    /// Like [`get_or_try_init`](Self::get_or_try_init), for a thread that may block. Blocks while
    /// another caller, a thread or a task, initializes.
    ///
    /// # Errors
    ///
    /// As [`get_or_try_init`](Self::get_or_try_init) does.
    ///
    /// # Panics
    ///
    /// As [`get_or_try_init`](Self::get_or_try_init) does. Also panics on a thread of a runtime
    /// that must not block, if the call would have to wait for a task.
    ///
    /// ```
    /// use taskward::Lazy;
    ///
    /// let lazy = Lazy::<u8>::new();
    /// assert!(lazy.blocking_get_or_try_init(|| "x".parse()).is_err());
    /// assert_eq!(*lazy.blocking_get_or_try_init(|| "7".parse()).unwrap(), 7);
    /// ```
    #[track_caller]
    pub fn blocking_get_or_try_init<E>(&self, init: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        initialize::blocking(&self.state, init, &Place::of_value(type_name::<T>()))
    }

    /// Like [`blocking_get_or_try_init`](Self::blocking_get_or_try_init), with an initializer that
    /// cannot fail.
    ///
    /// # Panics
    ///
    /// As [`blocking_get_or_try_init`](Self::blocking_get_or_try_init) does.
    ///
    /// ```
    /// use taskward::Lazy;
    ///
    /// let lazy = Lazy::new();
    /// assert_eq!(*lazy.blocking_get_or_init(|| 7), 7);
    /// ```
    #[track_caller]
    pub fn blocking_get_or_init(&self, init: impl FnOnce() -> T) -> Arc<T> {
        initialize::blocking(&self.state, init, &Place::of_value(type_name::<T>()))
    }

    /// Removes and returns the value, so that the next caller initializes.
    ///
    /// The value of a running initializer goes to its caller and is not stored. So no call that
    /// begins after this one returns a value whose initializer began before it.
    ///
    /// ```
    /// use taskward::Lazy;
    ///
    /// let lazy = Lazy::from(7);
    /// lazy.invalidate();
    /// assert!(lazy.get().is_none());
    /// ```
    pub fn invalidate(&self) -> Option<Arc<T>> {
        self.state.slot.replace(None)
    }

    /// Removes the value if it is still `value`. Returns whether it was.
    ///
    /// For the users of a broken connection, each of which has its own `Arc`: there is a single
    /// new attempt, and late users do not invalidate its result.
    ///
    /// ```
    /// use taskward::Lazy;
    ///
    /// let lazy = Lazy::from(1);
    /// let broken = lazy.get().unwrap();
    /// assert!(lazy.invalidate_if(&broken));
    /// assert!(!lazy.invalidate_if(&broken));
    /// ```
    pub fn invalidate_if(&self, value: &Arc<T>) -> bool {
        self.state.slot.remove(value)
    }

    /// Sets the value and returns the previous one. The value of a running initializer is not
    /// stored.
    ///
    /// ```
    /// use taskward::Lazy;
    ///
    /// let lazy = Lazy::from(1);
    /// assert_eq!(lazy.replace(2).as_deref(), Some(&1));
    /// assert_eq!(lazy.invalidate().as_deref(), Some(&2));
    /// assert!(lazy.get().is_none());
    /// ```
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
    /// Creates an initialized value.
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
