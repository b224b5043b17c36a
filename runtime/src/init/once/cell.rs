//! [`Once`].

use std::any::type_name;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;

use super::initialize::{self, Initialize};
use super::state::{Made, State};
use crate::init::lock::Place;

/// A value of type `T` that is made when it is first asked for, or the error of making it. Either
/// is kept for good.
///
/// A `#[once(self.field)]` function keeps its value in one; that is the usual way to use it.
/// [`get`](Self::get) looks without making the value, [`get_or_try_init`](Self::get_or_try_init)
/// and its kin make it.
///
/// Tasks of any runtime and plain threads may ask at the same time: one of them initializes, and
/// the others wait. Nothing is kept if the initializer is cancelled, panics, or fails after its
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
/// let first = service.settings.get_or_try_init(|| async { Ok("made once".to_owned()) }).await.unwrap();
/// let second = service.settings.get_or_try_init(|| async { unreachable!() }).await.unwrap();
/// assert_eq!(first, "made once");
/// assert!(std::ptr::eq(first, second));
/// # }
/// ```
///
/// Modelled on Go's `sync.OnceValues`, except that a panic is not kept. A `std::sync::OnceLock`
/// keeps no error and has no async initializer; a `tokio::sync::OnceCell` keeps no error and has no
/// blocking one.
///
/// # Keep no call that is not polled
///
/// The call that initializes does so when it is polled. A call that is kept and not polled, such as
/// `&mut call` in a `select!` whose other branch asks for the same value, makes all others wait for
/// it. Drop such a call, or spawn it in a [`TaskGroup`](crate::TaskGroup).
pub struct Once<T, E = Infallible> {
    state: State<T, E>,
}

impl<T, E> Once<T, E> {
    /// Creates an empty one. Also for a `static`.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::new() }
    }

    /// Returns the value, if it has been made. Neither makes it nor waits.
    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.state.kept.get()?.as_ref().ok()
    }

    /// Returns the error, if making the value has failed.
    #[must_use]
    pub fn error(&self) -> Option<&E> {
        self.state.kept.get()?.as_ref().err()
    }

    /// Sets the value, for a program that has it at its start, or a test.
    ///
    /// # Errors
    ///
    /// Gives `value` back if a value or an error is kept already, or a caller is making one.
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
    #[must_use]
    pub fn into_inner(self) -> Option<Result<T, E>> {
        self.state.into_inner()
    }

    /// Returns the value, which `init` makes if it is not there. If another caller is making it,
    /// waits for that one.
    ///
    /// # Errors
    ///
    /// The error that making the value has ended with, whoever called. An error that came after the
    /// caller's own [context](crate::Context::current) had ended is this caller's alone.
    ///
    /// # Panics
    ///
    /// If `init` asks for the value that it is about to make, also by way of others. A panic of
    /// `init` goes to its caller, and the next one retries.
    ///
    /// # Cancellation safety
    ///
    /// A call that is dropped while it initializes drops the future of `init` and keeps nothing:
    /// the next caller retries. A call that is dropped while it waits leaves the others alone.
    #[track_caller]
    pub fn get_or_try_init<F>(&self, init: impl FnOnce() -> F) -> impl Future<Output = Result<&T, E>>
    where
        E: Clone,
        F: Future<Output = Result<T, E>>,
    {
        // What `init` does before it first waits belongs to it, too.
        let init = Initialize::new(&self.state, Place::of_value(type_name::<T>()), None, async { init().await });
        async { lend(init.await) }
    }

    /// [`get_or_try_init`](Self::get_or_try_init) for a thread that may block.
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
    /// [`get_or_try_init`](Self::get_or_try_init) for an initializer that cannot fail.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Cancellation safety
    ///
    /// As there.
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

    /// [`blocking_get_or_try_init`](Self::blocking_get_or_try_init) for an initializer that cannot
    /// fail.
    ///
    /// # Panics
    ///
    /// As there.
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

/// A value that is there from the beginning, for a test.
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
