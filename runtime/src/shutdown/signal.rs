//! The signals that ask a process to stop.

use std::error::Error;
use std::fmt;
use std::io;
use std::task::{Context as Task, Poll};

/// The signal that asked the process to stop: the [`cause`](crate::Context::cause) of the context
/// that [`Shutdown`](crate::Shutdown) and [`#[taskward::main]`](macro@crate::main) end.
///
/// ```
/// use taskward::{Context, Signal};
///
/// fn is_impatient(ctx: &Context) -> bool {
///     ctx.cause().is_some_and(|cause| cause.downcast_ref() == Some(&Signal::Interrupt))
/// }
/// # assert!(!is_impatient(&Context::background()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signal {
    /// SIGINT, sent by Ctrl-C.
    Interrupt,
    /// SIGTERM, sent by a supervisor or `kill`. Does not exist on Windows.
    Terminate,
}

impl Signal {
    /// Returns the name: "SIGINT" or "SIGTERM".
    ///
    /// ```
    /// use taskward::Signal;
    ///
    /// assert_eq!(Signal::Terminate.name(), "SIGTERM");
    /// assert_eq!(Signal::Terminate.exit_code(), 143);
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        }
    }

    /// Returns the exit code of a process ended by the signal, as shells report it: 128 plus its
    /// number, so 130 or 143.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Error for Signal {}

/// A request made by a signal.
pub(super) enum Request {
    /// Stop the process.
    Stop(Signal),
    /// SIGQUIT: print the live tasks.
    Dump,
}

/// The exit code of a process ended by SIGQUIT, as shells report it.
pub(super) const QUIT: u8 = 131;

/// The handlers. They stay installed for the rest of the process, as Tokio's do.
pub(super) struct Handlers {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    quit: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Handlers {
    /// Must be called in a runtime with an I/O driver.
    #[cfg(unix)]
    pub(super) fn install() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    #[cfg(windows)]
    pub(super) fn install() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    /// Returns the next request.
    pub(super) fn poll(&mut self, task: &mut Task<'_>) -> Poll<Request> {
        if self.interrupt.poll_recv(task).is_ready() {
            return Poll::Ready(Request::Stop(Signal::Interrupt));
        }
        #[cfg(unix)]
        if self.terminate.poll_recv(task).is_ready() {
            return Poll::Ready(Request::Stop(Signal::Terminate));
        }
        #[cfg(unix)]
        if self.quit.poll_recv(task).is_ready() {
            return Poll::Ready(Request::Dump);
        }
        Poll::Pending
    }
}
