//! Recognizes cancellations in errors, and adds the deadline to an error.
#![allow(missing_docs)]

use std::error::Error;
use std::marker::PhantomData;

use crate::error::ContextError;

/// Finds out by its type what an error can do: `(&&&ErrorProbe::<E>::NEW).is_cancellation(&error)`.
pub struct ErrorProbe<E>(PhantomData<fn(E)>);

impl<E> ErrorProbe<E> {
    pub const NEW: Self = Self(PhantomData);
}

/// An error of the standard library's trait.
pub trait ViaStdError<E> {
    fn is_cancellation(&self, error: &E) -> bool;

    /// The error, with the deadline that left no time for another attempt as context.
    fn with_deadline(&self, error: E, _: impl FnOnce() -> ContextError) -> E {
        error
    }
}

impl<E: Error + 'static> ViaStdError<E> for &&ErrorProbe<E> {
    fn is_cancellation(&self, error: &E) -> bool {
        says_cancelled(error)
    }
}

/// `anyhow::Error`, or a box.
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
        error.expect("only its context is another")
    }

    #[cfg(not(feature = "anyhow"))]
    fn with_deadline(&self, error: E, _: impl FnOnce() -> ContextError) -> E {
        error
    }
}

/// Any other type says nothing, and is told nothing.
pub trait ViaAnyError<E> {
    fn is_cancellation(&self, _: &E) -> bool {
        false
    }

    fn with_deadline(&self, error: E, _: impl FnOnce() -> ContextError) -> E {
        error
    }
}

impl<E> ViaAnyError<E> for ErrorProbe<E> {}

/// Looks for a cancellation in the chain of sources. A time limit of a callee is no interruption of
/// this call.
fn says_cancelled(error: &(dyn Error + 'static)) -> bool {
    ContextError::find(error).is_some_and(ContextError::is_cancelled)
}
