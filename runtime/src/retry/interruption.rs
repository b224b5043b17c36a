//! Classifies the errors that `#[retry]` sees, and adds deadlines to them.
#![allow(missing_docs)]

use std::error::Error;
use std::marker::PhantomData;

use crate::error::ContextError;

/// Detects by its type what an error supports:
/// `(&&&ErrorProbe::<E>::NEW).is_cancellation(&error)`.
pub struct ErrorProbe<E>(PhantomData<fn(E)>);

impl<E> ErrorProbe<E> {
    pub const NEW: Self = Self(PhantomData);
}

/// Errors that implement `std::error::Error`.
pub trait ViaStdError<E> {
    fn is_cancellation(&self, error: &E) -> bool;

    /// Adds the deadline that left no time for another attempt to the error, as context.
    fn with_deadline(&self, error: E, _: impl FnOnce() -> ContextError) -> E {
        error
    }
}

impl<E: Error + 'static> ViaStdError<E> for &&ErrorProbe<E> {
    fn is_cancellation(&self, error: &E) -> bool {
        says_cancelled(error)
    }
}

/// `anyhow::Error` and boxed errors.
pub trait ViaAsError<E> {
    fn is_cancellation(&self, error: &E) -> bool;
    fn with_deadline(&self, error: E, deadline: impl FnOnce() -> ContextError) -> E;
}

impl<E: AsRef<dyn Error + Send + Sync> + 'static> ViaAsError<E> for &ErrorProbe<E> {
    fn is_cancellation(&self, error: &E) -> bool {
        says_cancelled(error.as_ref())
    }

    #[cfg(feature = "anyhow")]
    fn with_deadline(&self, error: E, deadline: impl FnOnce() -> ContextError) -> E {
        let mut error = Some(error);
        if let Some(slot) = (&mut error as &mut dyn std::any::Any).downcast_mut::<Option<anyhow::Error>>() {
            *slot = slot.take().map(|error| error.context(deadline()));
        }
        error.expect("the error is only moved")
    }

    #[cfg(not(feature = "anyhow"))]
    fn with_deadline(&self, error: E, _: impl FnOnce() -> ContextError) -> E {
        error
    }
}

/// Any other type: never a cancellation, and without context.
pub trait ViaAnyError<E> {
    fn is_cancellation(&self, _: &E) -> bool {
        false
    }

    fn with_deadline(&self, error: E, _: impl FnOnce() -> ContextError) -> E {
        error
    }
}

impl<E> ViaAnyError<E> for ErrorProbe<E> {}

/// Searches the chain of sources for a cancellation. A time limit of a callee does not interrupt
/// this call.
fn says_cancelled(error: &(dyn Error + 'static)) -> bool {
    ContextError::find(error).is_some_and(ContextError::is_cancelled)
}
