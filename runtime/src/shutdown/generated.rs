//! Entry points for the expansion of `#[taskward::main]`.

use std::error::Error;
use std::fmt::Debug;
use std::future::Future;
use std::marker::PhantomData;
use std::process::{self, Termination};
use std::time::Duration;

use tokio::runtime::Builder;

use super::report::{print, with_sources};
use super::{Shutdown, Signal, Stopped};
use crate::context::Context;
#[cfg(feature = "tokio-util")]
use crate::context::param::ContextParam;

pub use std::process::ExitCode;

/// A runtime to be started. Installs the signal handlers before the runtime exists.
#[must_use]
pub struct Main {
    shutdown: Shutdown,
    runtime: Builder,
}

impl Main {
    /// Uses one thread per processor, unless [`worker_threads`](Self::worker_threads) sets their
    /// number.
    pub fn multi_thread() -> Self {
        Self { shutdown: Shutdown::new(), runtime: Builder::new_multi_thread() }
    }

    /// Uses only the thread of `main`.
    pub fn current_thread() -> Self {
        Self { shutdown: Shutdown::new(), runtime: Builder::new_current_thread() }
    }

    /// See [`Shutdown::grace`].
    pub fn grace(self, grace: Duration) -> Self {
        Self { shutdown: self.shutdown.grace(grace), ..self }
    }

    /// See [`Shutdown::clean_exit`].
    pub fn clean_exit(self) -> Self {
        Self { shutdown: self.shutdown.clean_exit(), ..self }
    }

    /// # Panics
    ///
    /// If `threads` is 0.
    #[track_caller]
    pub fn worker_threads(mut self, threads: usize) -> Self {
        assert!(threads > 0, "`worker_threads` is 0: a runtime needs at least one");
        self.runtime.worker_threads(threads);
        self
    }

    /// Named so that other attributes see that the function is no longer `async`.
    ///
    /// # Panics
    ///
    /// If the system cannot create a runtime, or `body` panics.
    pub fn block_on<F: Future>(mut self, body: impl FnOnce(Context) -> F) -> Stopped<F::Output> {
        let runtime = match self.runtime.enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => panic!("cannot build the runtime: {error}"),
        };
        self.shutdown.block_on(runtime, body)
    }
}

/// A parameter of `main`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a context",
    label = "expected `Context` or `&Context`",
    note = "the parameter of `main` is its context: `ctx: Context`"
)]
pub trait MainContext<'c>: Sized {
    /// Converts the context that a signal ends.
    fn of(ctx: &'c Context) -> Self;
}

impl<'c> MainContext<'c> for Context {
    fn of(ctx: &'c Context) -> Self {
        ctx.clone()
    }
}

impl<'c> MainContext<'c> for &'c Context {
    fn of(ctx: &'c Context) -> Self {
        ctx
    }
}

#[cfg(feature = "tokio-util")]
// Implemented without the feature, too, so that error messages do not depend on it.
#[diagnostic::do_not_recommend]
impl<'c> MainContext<'c> for tokio_util::sync::CancellationToken {
    fn of(ctx: &'c Context) -> Self {
        Self::derived(ctx)
    }
}

/// Returns the parameter of `main`.
#[must_use]
pub fn main_context<'c, C: MainContext<'c>>(ctx: &'c Context) -> C {
    C::of(ctx)
}

/// The body of `main`, whose output is converted into an exit code.
pub fn main_future<F: Future<Output: MainOutput>>(body: F) -> F {
    body
}

/// A result of `main`. Exists for its error message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be converted into an exit code",
    label = "`main` cannot return this",
    note = "return `()`, `Result<(), E>` with `E: Debug`, `ExitCode`, or `Result<ExitCode, E>`"
)]
pub trait MainOutput {}

#[diagnostic::do_not_recommend]
impl<R: Termination> MainOutput for R {}

/// For a function not named `main`, which returns the output of its body. Exits the process after
/// a signal.
pub fn output_or_exit<R>(stopped: Stopped<R>, report: impl FnOnce(Stopped<R>) -> ExitCode) -> R {
    let clean = stopped.clean;
    match (stopped.signal, stopped.output) {
        (None, Some(output)) => output,
        (signal, output) => {
            let _ = report(Stopped { output, signal, clean });
            process::exit(if clean { 0 } else { signal.map_or(1, Signal::exit_code) }.into());
        }
    }
}

/// Converts an output into an exit code, by its type: `(&&&&&reporter(&stopped)).report(stopped)`.
/// Method lookup takes the first applicable trait below.
#[must_use]
pub struct Reporter<R>(PhantomData<fn(R)>);

/// Returns the reporter for the type of a value.
pub fn reporter<R>(_: &Stopped<R>) -> Reporter<R> {
    Reporter(PhantomData)
}

/// Errors, reported with their sources.
pub trait ViaError<R> {
    /// Prints the error and returns the exit code.
    fn report(&self, stopped: Stopped<R>) -> ExitCode;
}

impl<T: Termination, E: Error + 'static> ViaError<Result<T, E>> for &&&&Reporter<Result<T, E>> {
    fn report(&self, stopped: Stopped<Result<T, E>>) -> ExitCode {
        exit_code_of(stopped, |error, signal| print(error, signal, with_sources(error)))
    }
}

/// Boxed errors, which do not implement `Error` themselves, reported with their sources.
pub trait ViaBox<R> {
    /// Prints the error and returns the exit code.
    fn report(&self, stopped: Stopped<R>) -> ExitCode;
}

impl<T: Termination> ViaBox<Result<T, Box<dyn Error>>> for &&&Reporter<Result<T, Box<dyn Error>>> {
    fn report(&self, stopped: Stopped<Result<T, Box<dyn Error>>>) -> ExitCode {
        exit_code_of(stopped, |error, signal| print(&**error, signal, with_sources(&**error)))
    }
}

type SendError = Box<dyn Error + Send + Sync>;

impl<T: Termination> ViaBox<Result<T, SendError>> for &&&Reporter<Result<T, SendError>> {
    fn report(&self, stopped: Stopped<Result<T, SendError>>) -> ExitCode {
        exit_code_of(stopped, |error, signal| print(&**error, signal, with_sources(&**error)))
    }
}

/// Reports (`anyhow`, `eyre`, `miette`), whose `Debug` output is made to be printed by `main`.
pub trait ViaReport<R> {
    /// Prints the error and returns the exit code.
    fn report(&self, stopped: Stopped<R>) -> ExitCode;
}

impl<T: Termination, E: Debug + AsRef<dyn Error + 'static>> ViaReport<Result<T, E>> for &&Reporter<Result<T, E>> {
    fn report(&self, stopped: Stopped<Result<T, E>>) -> ExitCode {
        exit_code_of(stopped, |error, signal| print(error.as_ref(), signal, format_args!("{error:?}")))
    }
}

/// Other types that `main` can return, reported as without the attribute.
pub trait ViaTermination<R> {
    /// Prints the error and returns the exit code.
    fn report(&self, stopped: Stopped<R>) -> ExitCode;
}

impl<R: Termination> ViaTermination<R> for &Reporter<R> {
    fn report(&self, stopped: Stopped<R>) -> ExitCode {
        stopped.exit_code()
    }
}

/// Types that only a function not named `main` can return.
pub trait ViaNoExitCode<R> {
    /// Prints the error and returns the exit code.
    fn report(&self, stopped: Stopped<R>) -> ExitCode;
}

impl<R> ViaNoExitCode<R> for Reporter<R> {
    fn report(&self, _: Stopped<R>) -> ExitCode {
        ExitCode::FAILURE
    }
}

fn exit_code_of<T: Termination, E>(
    stopped: Stopped<Result<T, E>>,
    report: impl FnOnce(&E, Option<Signal>) -> bool,
) -> ExitCode {
    let Stopped { output, signal, clean } = stopped;
    let code = match output {
        Some(Ok(value)) => value.report(),
        Some(Err(error)) => {
            // Not printed: the signal alone has stopped the body.
            if !report(&error, signal) && clean {
                return ExitCode::SUCCESS;
            }
            ExitCode::FAILURE
        }
        None => ExitCode::FAILURE,
    };
    match signal {
        Some(signal) if !clean => signal.exit_code().into(),
        _ => code,
    }
}
