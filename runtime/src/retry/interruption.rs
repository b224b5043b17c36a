//! Whether an error says that the call was cancelled.
#![allow(missing_docs)]

use std::error::Error;
use std::marker::PhantomData;

use crate::error::ContextError;

/// Finds out by its type what can be asked of an error: `(&&&ErrorProbe::<E>::NEW).is_cancellation(&error)`.
pub struct ErrorProbe<E>(PhantomData<fn(E)>);

impl<E> ErrorProbe<E> {
    pub const NEW: Self = Self(PhantomData);
}

/// An error of the standard library's trait.
pub trait ViaStdError<E> {
    fn is_cancellation(&self, error: &E) -> bool;
}

impl<E: Error + 'static> ViaStdError<E> for &&ErrorProbe<E> {
    fn is_cancellation(&self, error: &E) -> bool {
        says_cancelled(error)
    }
}

/// `anyhow::Error`, or a box.
pub trait ViaAsError<E> {
    fn is_cancellation(&self, error: &E) -> bool;
}

impl<E: AsRef<dyn Error + Send + Sync>> ViaAsError<E> for &ErrorProbe<E> {
    fn is_cancellation(&self, error: &E) -> bool {
        says_cancelled(error.as_ref())
    }
}

/// Any other type says nothing.
pub trait ViaAnyError<E> {
    fn is_cancellation(&self, _: &E) -> bool {
        false
    }
}

impl<E> ViaAnyError<E> for ErrorProbe<E> {}

/// Looks for a cancellation in the chain of sources. A time limit of a callee is no interruption of this call.
fn says_cancelled(error: &(dyn Error + 'static)) -> bool {
    ContextError::find(error).is_some_and(ContextError::is_cancelled)
}
