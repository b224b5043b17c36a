//! What the body of a test can return.

use std::convert::Infallible;
use std::fmt::Debug;
use std::process::ExitCode;

/// What the body of a test can return: `()`, or a `Result` of that whose error can be printed.
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "neither `()` nor a `Result` of it",
    note = "return `()`, or `Result<(), E>` with `E: Debug`"
)]
pub trait TestOutput {
    /// What it says if it is a failure.
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

/// A body that loops for ever. The type cannot be written there.
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
