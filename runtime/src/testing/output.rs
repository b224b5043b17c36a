//! The results of a test's body.

use std::convert::Infallible;
use std::fmt::Debug;
use std::process::ExitCode;

/// A result of a test's body: `()`, or a `Result` of that with an error that can be printed.
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "neither `()` nor a `Result` of it",
    note = "return `()`, or `Result<(), E>` with `E: Debug`"
)]
pub trait TestOutput {
    /// Returns the message of a failure.
    fn error(&self) -> Option<String>;
}

impl TestOutput for () {
    fn error(&self) -> Option<String> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl TestOutput for Infallible {
    fn error(&self) -> Option<String> {
        match *self {}
    }
}

/// A body that loops forever. `!` cannot be named here.
#[diagnostic::do_not_recommend]
impl TestOutput for <fn() -> ! as Returns>::Output {
    fn error(&self) -> Option<String> {
        *self
    }
}

#[doc(hidden)]
pub trait Returns {
    type Output;
}

impl<R> Returns for fn() -> R {
    type Output = R;
}

#[diagnostic::do_not_recommend]
impl TestOutput for ExitCode {
    fn error(&self) -> Option<String> {
        (*self != Self::SUCCESS).then(|| format!("{self:?}"))
    }
}

impl<T: TestOutput, E: Debug> TestOutput for Result<T, E> {
    fn error(&self) -> Option<String> {
        match self {
            Ok(output) => output.error(),
            Err(error) => Some(format!("{error:?}")),
        }
    }
}
