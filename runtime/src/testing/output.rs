//! The types that the body of a test can return.

use std::fmt::Debug;
use std::process::ExitCode;

/// A type that the body of a test can return: `()`, or a `Result` whose error can be printed.
///
/// ```
/// use taskward::testing::TestOutput;
///
/// fn is_test<T: TestOutput>(_: fn() -> T) {}
/// is_test(|| ());
/// is_test(|| -> Result<(), std::io::Error> { Ok(()) });
/// ```
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

/// A body that loops forever. Newer compilers make `Infallible` an alias of this type, so it has
/// no implementation of its own.
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
