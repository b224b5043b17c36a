//! A value, or an error, that is made once and kept.

mod call;
pub(crate) mod generated;
mod initialise;

use std::any::type_name;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::OnceLock;

use self::generated::{once_copy, once_lend};
use self::initialise::Initialise;
use crate::turn::{Place, Turn};

/// A value of type `T` that is made when somebody first asks for it, or the error that this ended with: kept for good, either of them.
///
/// What a `#[once(self.field)]` function keeps its value in; that is the usual way to use it. Everything else is here: [`get`](Self::get)
/// looks without making it, [`get_or_try_init`](Self::get_or_try_init) and its kin make it.
///
/// However many ask at the same time, from tasks of any runtime and from plain threads, one of them makes it and the others wait. What keeps nothing is
/// a caller who is cancelled while it makes the value, one whose initialiser panics, and one whose own context has ended when the initialiser
/// fails: there the next in line tries.
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
/// The model is Go's `sync.Once` with an error beside the value (`sync.OnceValues`); other than there, a panic is not kept. A
/// `std::sync::OnceLock` keeps no error and has no async initialiser, a `tokio::sync::OnceCell` keeps no error and has no other.
pub struct Once<T, E = Infallible> {
    kept: OnceLock<Result<T, E>>,
    turn: Turn,
}

impl<T, E> Once<T, E> {
    /// Nothing made yet. Also for a `static`.
    #[must_use]
    pub const fn new() -> Self {
        Self { kept: OnceLock::new(), turn: Turn::new() }
    }

    /// The value, if it has been made. Neither makes it nor waits.
    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.kept.get()?.as_ref().ok()
    }

    /// The error, if making the value has failed.
    #[must_use]
    pub fn error(&self) -> Option<&E> {
        self.kept.get()?.as_ref().err()
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
        let Some(holder) = self.turn.try_take(Place::of_value(type_name::<T>())) else { return Err(value) };
        if let Err(Ok(value)) = self.kept.set(Ok(value)) {
            return Err(value);
        }
        holder.close();
        Ok(())
    }

    /// Takes what was made, or failed to be.
    #[must_use]
    pub fn into_inner(self) -> Option<Result<T, E>> {
        self.kept.into_inner()
    }

    /// The value, which `init` makes if nobody has before. If somebody else is making it, waits for that.
    ///
    /// # Errors
    ///
    /// The error that making it has ended with, whoever called. One that came after the caller's own [context](crate::Context::current) had ended is this
    /// caller's alone.
    ///
    /// # Panics
    ///
    /// When `init` asks for the value that it is about to make, also by way of others. A panic of `init` goes to its caller, and the next one tries.
    ///
    /// # Cancellation safety
    ///
    /// Dropped while it makes the value, it drops the future of `init`, keeps nothing and lets the next caller try. Dropped while it waits, it leaves the others
    /// alone.
    #[track_caller]
    pub fn get_or_try_init<F>(&self, init: impl FnOnce() -> F) -> impl Future<Output = Result<&T, E>>
    where
        E: Clone,
        F: Future<Output = Result<T, E>>,
    {
        // What `init` does before it first waits belongs to it, too.
        let initialise = Initialise::new(self, Place::of_value(type_name::<T>()), None, async { init().await });
        async { once_lend(self, initialise.await, once_copy(self)) }
    }

    /// The same on a thread that may block.
    ///
    /// # Errors
    ///
    /// As [`get_or_try_init`](Self::get_or_try_init).
    ///
    /// # Panics
    ///
    /// As there; and on a thread of a runtime that must not block, if it would have to wait for a task.
    #[track_caller]
    pub fn blocking_get_or_try_init(&self, init: impl FnOnce() -> Result<T, E>) -> Result<&T, E>
    where
        E: Clone,
    {
        once_lend(
            self,
            match self.kept.get() {
                Some(kept) => Ok(kept),
                None => initialise::blocking(self, Place::of_value(type_name::<T>()), None, init),
            },
            once_copy(self),
        )
    }
}

impl<T> Once<T> {
    /// [`get_or_try_init`](Self::get_or_try_init) for an initialiser that cannot fail.
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
        let initialise = Initialise::new(self, Place::of_value(type_name::<T>()), None, async { init().await });
        async { once_lend(self, initialise.await, once_copy(self)) }
    }

    /// [`blocking_get_or_try_init`](Self::blocking_get_or_try_init) for an initialiser that cannot fail.
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
        once_lend(
            self,
            match self.kept.get() {
                Some(kept) => Ok(kept),
                None => initialise::blocking(self, Place::of_value(type_name::<T>()), None, init),
            },
            once_copy(self),
        )
    }
}

impl<T, E> Default for Once<T, E> {
    fn default() -> Self {
        Self::new()
    }
}

/// The value is there from the beginning: for tests, and for what needs no making.
impl<T, E> From<T> for Once<T, E> {
    fn from(value: T) -> Self {
        Self { kept: OnceLock::from(Ok(value)), turn: Turn::new() }
    }
}

impl<T: fmt::Debug, E: fmt::Debug> fmt::Debug for Once<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kept.get() {
            Some(kept) => f.debug_tuple("Once").field(kept).finish(),
            None => f.write_str("Once(not made)"),
        }
    }
}
