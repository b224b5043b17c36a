//! [`Once`].

use std::any::type_name;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;

use super::initialize::{self, Initialize};
use super::state::{Made, State};
use crate::init::lock::Place;

/// A value of type `T` that is created when first needed, or the error of creating it. Either is
/// kept forever.
///
/// Usually declared by a `#[once(self.field)]` function, which stores its value in one.
/// [`get`](Self::get) returns the value without creating it;
/// [`get_or_try_init`](Self::get_or_try_init) and its variants create it.
///
/// Tasks of any runtime and plain threads may call concurrently: one of them initializes, and the
/// others wait. Nothing is stored if the initializer is cancelled, panics, or fails after its
/// caller's context ended; the next waiter retries.
///
/// ```
/// use taskward::Once;
///
/// struct Service {
///     settings: Once<String, std::num::ParseIntError>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let service = Service { settings: Once::new() };
/// assert!(service.settings.get().is_none());
///
/// let load = || async { Ok("made once".to_owned()) };
/// let first = service.settings.get_or_try_init(load).await.unwrap();
/// let second = service.settings.get_or_try_init(|| async { unreachable!() }).await.unwrap();
/// assert_eq!(first, "made once");
/// assert!(std::ptr::eq(first, second));
/// # }
/// ```
///
/// Modelled on Go's `sync.OnceValues`, except that a panic is not kept. Unlike
/// `std::sync::OnceLock` and `tokio::sync::OnceCell`, it keeps errors, and its initializer may be
/// async or blocking.
///
/// # Keep no call that is not polled
///
/// A call initializes while it is polled. A call that is kept without being polled, such as
/// `&mut call` in a `select!` whose other branch needs the same value, makes all other callers
/// wait. Drop such a call, or spawn it in a [`TaskGroup`](crate::TaskGroup).
pub struct Once<T, E = Infallible> {
    state: State<T, E>,
}

impl<T, E> Once<T, E> {
    /// Creates an uninitialized value. Usable in a `static`.
    ///
    /// ```
    /// use taskward::Once;
    ///
    /// static PORT: Once<u16> = Once::new();
    /// assert_eq!(PORT.get(), None);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::new() }
    }

    /// Returns the value, if it has been created. Neither creates it nor waits.
    ///
    /// ```
    /// use taskward::Once;
    ///
    /// let port = Once::<u16>::new();
    /// assert_eq!(port.get(), None);
    /// port.blocking_get_or_init(|| 8080);
    /// assert_eq!(port.get(), Some(&8080));
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.state.kept.get()?.as_ref().ok()
    }

    /// Returns the error, if creating the value has failed.
    ///
    /// ```
    /// use taskward::Once;
    ///
    /// let once = Once::<u8, _>::new();
    /// assert!(once.blocking_get_or_try_init(|| Err("failed")).is_err());
    /// assert_eq!(once.error(), Some(&"failed"));
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<&E> {
        self.state.kept.get()?.as_ref().err()
    }

    /// Sets the value, at the start of a program or in a test.
    ///
    /// # Errors
    ///
    /// Returns `value` if a value or an error is already stored, or a caller is initializing.
    ///
    /// ```
    /// let once = taskward::Once::<u32>::new();
    /// assert_eq!(once.set(42), Ok(()));
    /// assert_eq!(once.set(43), Err(43));
    /// assert_eq!(once.get(), Some(&42));
    /// ```
    pub fn set(&self, value: T) -> Result<(), T> {
        let Some(guard) = self.state.lock.try_lock(Place::of_value(type_name::<T>())) else { return Err(value) };
        if let Err(Ok(value)) = self.state.kept.set(Ok(value)) {
            return Err(value);
        }
        guard.close();
        Ok(())
    }

    /// Returns the value or the error, if there is one.
    ///
    /// ```
    /// use taskward::Once;
    ///
    /// let once = Once::<u8>::from(7);
    /// assert_eq!(once.into_inner(), Some(Ok(7)));
    /// ```
    #[must_use]
    pub fn into_inner(self) -> Option<Result<T, E>> {
        self.state.into_inner()
    }

    /// Returns the value. Calls `init` to create it if needed. If another caller is initializing,
    /// waits for it.
    ///
    /// # Errors
    ///
    /// Returns the stored error of the initializer to every caller. An error that came after the
    /// caller's own [context](crate::Context::current) had ended is returned to this caller only,
    /// and not stored.
    ///
    /// # Panics
    ///
    /// If `init` needs the value that it is creating, directly or through other values. A panic of
    /// `init` resumes in its caller, and the next waiter retries.
    ///
    /// # Cancellation safety
    ///
    /// Dropping a call that is initializing drops the future of `init` and stores nothing: the
    /// next caller retries. Dropping a call that is waiting does not affect other callers.
    ///
    /// ```
    /// use taskward::Once;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let once = Once::<u8, _>::new();
    /// assert_eq!(once.get_or_try_init(async || Err("failed")).await, Err("failed"));
    /// assert_eq!(once.get_or_try_init(async || Ok(7)).await, Err("failed"));
    /// # }
    /// ```
    #[track_caller]
    pub fn get_or_try_init<F>(&self, init: impl FnOnce() -> F) -> impl Future<Output = Result<&T, E>>
    where
        E: Clone,
        F: Future<Output = Result<T, E>>,
    {
        // Calls `init` inside the block, so that its synchronous part belongs to the initializer,
        // too.
        let init = Initialize::new(&self.state, Place::of_value(type_name::<T>()), None, async { init().await });
        async { lend(init.await) }
    }

    /// Like [`get_or_try_init`](Self::get_or_try_init), for a thread that may block.
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
    /// use taskward::Once;
    ///
    /// let port = Once::<u16, std::num::ParseIntError>::new();
    /// assert_eq!(port.blocking_get_or_try_init(|| "8080".parse()), Ok(&8080));
    /// ```
    #[track_caller]
    pub fn blocking_get_or_try_init(&self, init: impl FnOnce() -> Result<T, E>) -> Result<&T, E>
    where
        E: Clone,
    {
        lend(match self.state.kept.get() {
            Some(kept) => Ok(kept),
            None => initialize::blocking(&self.state, Place::of_value(type_name::<T>()), None, init),
        })
    }

    pub(super) const fn state(&self) -> &State<T, E> {
        &self.state
    }
}

fn lend<T, E: Clone>(made: Made<'_, T, E>) -> Result<&T, E> {
    match made {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.clone()),
        Err(error) => Err(error),
    }
}

impl<T> Once<T> {
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
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let once = taskward::Once::<u32>::new();
    /// assert_eq!(*once.get_or_init(|| async { 6 * 7 }).await, 42);
    /// # }
    /// ```
    #[track_caller]
    pub fn get_or_init<F>(&self, init: impl FnOnce() -> F) -> impl Future<Output = &T>
    where
        F: Future<Output = T>,
    {
        let init = Initialize::new(&self.state, Place::of_value(type_name::<T>()), None, async { init().await });
        async {
            match lend(init.await) {
                Ok(value) => value,
                Err(never) => match never {},
            }
        }
    }

    /// Like [`blocking_get_or_try_init`](Self::blocking_get_or_try_init), with an initializer that
    /// cannot fail.
    ///
    /// # Panics
    ///
    /// As [`blocking_get_or_try_init`](Self::blocking_get_or_try_init) does.
    ///
    /// ```
    /// let once = taskward::Once::<u32>::new();
    /// assert_eq!(*once.blocking_get_or_init(|| 6 * 7), 42);
    /// ```
    #[track_caller]
    pub fn blocking_get_or_init(&self, init: impl FnOnce() -> T) -> &T {
        let made = match self.state.kept.get() {
            Some(kept) => Ok(kept),
            None => initialize::blocking(&self.state, Place::of_value(type_name::<T>()), None, init),
        };
        match lend(made) {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }
}

impl<T, E> Default for Once<T, E> {
    fn default() -> Self {
        Self::new()
    }
}

/// Creates an initialized value, for a test.
impl<T, E> From<T> for Once<T, E> {
    fn from(value: T) -> Self {
        Self { state: State::from(value) }
    }
}

impl<T: fmt::Debug, E: fmt::Debug> fmt::Debug for Once<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.state.kept.get() {
            Some(kept) => f.debug_tuple("Once").field(kept).finish(),
            None => f.write_str("Once(not made)"),
        }
    }
}
