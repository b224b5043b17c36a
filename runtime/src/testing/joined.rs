//! The panics that a test receives by joining. The macros wrap the futures that a test's body
//! awaits in these calls.
#![allow(missing_docs)]

use std::any::type_name;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::Timeout;
use tokio::time::error::Elapsed;

use super::session::Session;
use super::spawn::Spawns;

/// Records that the panic in `error` has been received, in a helper that joins tasks. An `.await`
/// in the body of a test does so by itself.
///
/// ```
/// use taskward::testing::{Test, receive_panic};
/// use tokio::task::JoinHandle;
///
/// async fn assert_panics(task: JoinHandle<()>) {
///     let error = task.await.unwrap_err();
///     assert!(error.is_panic());
///     receive_panic(&error);
/// }
///
/// Test::new("a panic that is meant to be").run(async |_| {
///     assert_panics(tokio::spawn(async { panic!("it goes wrong") })).await;
/// });
/// ```
pub fn receive_panic(error: &JoinError) {
    if error.is_panic()
        && let Some(session) = Session::current()
    {
        session.panics().received(error.id());
    }
}

/// A value that may contain `JoinError`s.
pub trait Outcome {
    fn receive(&self);
}

impl<T> Outcome for Result<T, JoinError> {
    fn receive(&self) {
        if let Err(error) = self {
            receive_panic(error);
        }
    }
}

impl<O: Outcome> Outcome for Result<O, Elapsed> {
    fn receive(&self) {
        if let Ok(outcome) = self {
            outcome.receive();
        }
    }
}

impl<O: Outcome> Outcome for Option<O> {
    fn receive(&self) {
        if let Some(outcome) = self {
            outcome.receive();
        }
    }
}

pin_project! {
    /// A future whose `JoinError`s are received by the test.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Joined<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future<Output: Outcome>> Future for Joined<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let output = ready!(self.project().future.poll(cx));
        output.receive();
        Poll::Ready(output)
    }
}

/// Detects by its type whether a future joins a task: `(&Joins::by(&FUTURE)).joined(FUTURE)`.
///
/// Method lookup prefers [`ViaHandle`], which is by value, and falls back to [`ViaAnyFuture`],
/// which returns the future unchanged.
pub struct Joins<F>(PhantomData<fn(F)>);

impl<F> Joins<F> {
    #[must_use]
    pub fn by(_: &F) -> Self {
        Self(PhantomData)
    }

    /// Returns whether the future contains handles and may return any of their errors, as
    /// `join_all(HANDLES)` does.
    #[must_use]
    pub fn many(&self) -> bool {
        let name = type_name::<F>();
        name.contains("::JoinHandle<") && !HANDLES.iter().any(|handle| name.starts_with(handle))
    }
}

/// Called after the `.await` of a future that contains handles.
pub fn awaited(many: bool) {
    if many && let Some(session) = Session::current() {
        session.panics().received_all();
    }
}

/// The types of [`Handle`]s.
const HANDLES: [&str; 4] = [
    "tokio::runtime::task::join::JoinHandle<",
    "&mut tokio::runtime::task::join::JoinHandle<",
    "tokio::time::timeout::Timeout<tokio::runtime::task::join::JoinHandle<",
    "tokio::time::timeout::Timeout<&mut tokio::runtime::task::join::JoinHandle<",
];

/// A future that joins one task.
pub trait Handle {}

impl<T> Handle for JoinHandle<T> {}
impl<T> Handle for &mut JoinHandle<T> {}
impl<T> Handle for Timeout<JoinHandle<T>> {}
impl<T> Handle for Timeout<&mut JoinHandle<T>> {}

pub trait ViaHandle<F> {
    fn joined(&self, future: F) -> Joined<F>;
}

impl<F: Handle> ViaHandle<F> for Joins<F> {
    fn joined(&self, future: F) -> Joined<F> {
        Joined { future }
    }
}

pub trait ViaAnyFuture<F> {
    fn joined(&self, future: F) -> F;
}

impl<F> ViaAnyFuture<F> for &Joins<F> {
    fn joined(&self, future: F) -> F {
        future
    }
}

/// `(&Spawns::by(&SET)).joined(SET.join_next())`,
/// `(&Spawns::by(&SET)).received(SET.try_join_next())`
pub trait ViaJoinSet {
    fn joined<F>(&self, next: F) -> Joined<F>;
    fn received<O: Outcome>(&self, outcome: O) -> O;
}

impl<S: HasJoinSet> ViaJoinSet for Spawns<S> {
    fn joined<F>(&self, next: F) -> Joined<F> {
        Joined { future: next }
    }

    fn received<O: Outcome>(&self, outcome: O) -> O {
        outcome.receive();
        outcome
    }
}

pub trait ViaNoJoinSet {
    fn joined<F>(&self, next: F) -> F;
    fn received<O>(&self, outcome: O) -> O;
}

impl<S> ViaNoJoinSet for &Spawns<S> {
    fn joined<F>(&self, next: F) -> F {
        next
    }

    fn received<O>(&self, outcome: O) -> O {
        outcome
    }
}

/// A `JoinSet`, or a type that dereferences to one.
pub trait HasJoinSet {}

impl<T> HasJoinSet for JoinSet<T> {}
impl<S: HasJoinSet> HasJoinSet for &mut S {}
impl<S: HasJoinSet> HasJoinSet for Box<S> {}
impl<S: HasJoinSet> HasJoinSet for std::sync::MutexGuard<'_, S> {}
impl<S: HasJoinSet> HasJoinSet for tokio::sync::MutexGuard<'_, S> {}
impl<S: HasJoinSet> HasJoinSet for tokio::sync::OwnedMutexGuard<S> {}
