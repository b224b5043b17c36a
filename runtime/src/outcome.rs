//! Result types that can say that a call was interrupted.

use crate::error::ContextError;

/// A result type that can say "interrupted": `Result<T, E>` where `E: From<ContextError>`,
/// `Option<T>` and `()`.
///
/// What `#[cancellable]`, `#[with_timeout]` and `#[worker_pool]` ask of the functions that they
/// stand on. It looks through aliases, so `io::Result<T>`, `anyhow::Result<T>` and a crate's own
/// `type Result<T> = …` will do.
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
    /// The result of a call that `why` interrupted: `Err(why.into())`, `None` or `()`.
    fn interrupted(why: ContextError) -> Self;

    /// Whether it stands for a failure: `Err` or `None`. What [`Progress`](crate::Progress) counts,
    /// and what ends a stream of results.
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

/// An error type that a [`ContextError`] converts into. Its only purpose is the error message when
/// it does not.
#[diagnostic::on_unimplemented(
    message = "the error type `{Self}` cannot say that the call was interrupted",
    label = "`{Self}` is not `From<ContextError>`",
    note = "with `thiserror`, add a variant: `#[error(transparent)] Interrupted(#[from] taskward::ContextError)`",
    note = "by hand: `impl From<taskward::ContextError> for {Self} {{ … }}`; a type of another crate you wrap in one of your own"
)]
pub trait InterruptedError {
    /// Converts.
    fn from_context(why: ContextError) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<ContextError>> InterruptedError for E {
    fn from_context(why: ContextError) -> Self {
        Self::from(why)
    }
}
