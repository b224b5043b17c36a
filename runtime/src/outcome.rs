//! Result types that can represent an interruption.

use crate::error::ContextError;

/// A result type that can represent an interruption: `Result<T, E>` where `E: From<ContextError>`,
/// `Option<T>` and `()`.
///
/// `#[cancellable]`, `#[with_timeout]` and `#[worker_pool]` require it of the functions they
/// annotate. Aliases work, too: `io::Result<T>`, `anyhow::Result<T>` and a crate's own
/// `type Result<T> = …`.
///
/// ```
/// use taskward::{ContextError, Outcome};
///
/// fn give_up<R: Outcome>(why: ContextError) -> R {
///     R::interrupted(why)
/// }
/// # let (ctx, canceller) = taskward::Context::background().with_cancel();
/// # canceller.cancel();
/// # let why = ctx.check().unwrap_err();
/// assert_eq!(give_up::<Option<u8>>(why.clone()), None);
/// assert!(give_up::<std::io::Result<u8>>(why).is_err());
/// ```
#[diagnostic::on_unimplemented(
    message = "a result of type `{Self}` cannot say that the call was interrupted",
    label = "cannot say \"interrupted\"",
    note = "return `Result<T, E>` with `E: From<taskward::ContextError>`, `Option<T>` or `()`"
)]
pub trait Outcome {
    /// Returns the result of a call interrupted by `why`: `Err(why.into())`, `None` or `()`.
    fn interrupted(why: ContextError) -> Self;

    /// Returns whether the result is a failure: `Err` or `None`. [`Progress`](crate::Progress)
    /// counts failures, and a failure ends a stream of results.
    fn is_failure(&self) -> bool {
        false
    }
}

impl<T, E: InterruptedError> Outcome for Result<T, E> {
    fn interrupted(why: ContextError) -> Self {
        Err(E::from_context(why))
    }

    #[inline]
    fn is_failure(&self) -> bool {
        self.is_err()
    }
}

impl<T> Outcome for Option<T> {
    fn interrupted(_: ContextError) -> Self {
        None
    }

    #[inline]
    fn is_failure(&self) -> bool {
        self.is_none()
    }
}

impl Outcome for () {
    fn interrupted(_: ContextError) -> Self {}
}

/// An error type that a [`ContextError`] converts into. Exists for its error message.
#[diagnostic::on_unimplemented(
    message = "the error type `{Self}` cannot say that the call was interrupted",
    label = "`{Self}` is not `From<ContextError>`",
    note = "with `thiserror`, add a variant: `#[error(transparent)] Interrupted(#[from] taskward::ContextError)`",
    note = "by hand: `impl From<taskward::ContextError> for {Self} {{ … }}`; wrap a type of another crate in your own"
)]
pub trait InterruptedError {
    /// Converts the reason into the error.
    fn from_context(why: ContextError) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<ContextError>> InterruptedError for E {
    fn from_context(why: ContextError) -> Self {
        Self::from(why)
    }
}
