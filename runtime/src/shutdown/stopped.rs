use std::process::{ExitCode, Termination};

use super::signal::Signal;

/// The result of a body run by [`Shutdown`](crate::Shutdown): its output, if it returned, and the
/// signal, if there was one.
///
/// `main` can return it: the exit code is 130 or 143 after a signal, and otherwise that of the
/// body's output. With [`Shutdown::clean_exit`](crate::Shutdown::clean_exit) it is that of the
/// output after a signal, too.
///
/// ```
/// use std::process::ExitCode;
/// use taskward::{Shutdown, Signal};
/// use tokio::runtime::Runtime;
///
/// fn main() -> ExitCode {
///     let stopped = Shutdown::new().block_on(Runtime::new().unwrap(), |_ctx| async { true });
///     match (stopped.signal(), stopped.into_output()) {
///         // This supervisor wants a 0 from whoever stops in time.
///         (Some(Signal::Terminate), Some(_)) | (None, Some(true)) => ExitCode::SUCCESS,
///         _ => ExitCode::FAILURE,
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "return it from `main`, or ask for its `exit_code()`"]
pub struct Stopped<R> {
    pub(super) output: Option<R>,
    pub(super) signal: Option<Signal>,
    /// The body and the tasks stopped within the grace, and the exit code should say so.
    pub(super) clean: bool,
}

impl<R> Stopped<R> {
    /// Returns the first signal received.
    #[must_use]
    pub const fn signal(&self) -> Option<Signal> {
        self.signal
    }

    /// Returns the output of the body, or `None` if the body had not returned at the end of the
    /// grace.
    #[must_use]
    pub const fn output(&self) -> Option<&R> {
        self.output.as_ref()
    }

    /// Like [`output`](Self::output), by value.
    #[must_use]
    pub fn into_output(self) -> Option<R> {
        self.output
    }

    /// Returns the exit code for the process. Prints an `Err`, as `main` does.
    #[must_use]
    pub fn exit_code(self) -> ExitCode
    where
        R: Termination,
    {
        let code = self.output.map(R::report);
        match self.signal {
            Some(signal) if !self.clean => signal.exit_code().into(),
            // Otherwise the body has returned.
            _ => code.unwrap_or(ExitCode::FAILURE),
        }
    }
}

impl<R: Termination> Termination for Stopped<R> {
    fn report(self) -> ExitCode {
        self.exit_code()
    }
}
