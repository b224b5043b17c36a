//! The tasks that a test spawns. The macros wrap futures passed to Tokio in these calls.
#![allow(missing_docs)]

use std::cell::{Cell, RefMut};
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use tokio::runtime::{Handle, LocalRuntime, Runtime};
use tokio::task::{JoinSet, LocalSet};

use super::session::Session;
use super::task::{Registered, Role, Tracked};
use crate::registry::TaskInfo;

/// `tokio::spawn(tracked(FUTURE))`: the test knows the task and the place of the call.
#[track_caller]
pub fn tracked<F: Future>(future: F) -> Tracked<F> {
    match Session::current() {
        Some(session) => session.track(future, TaskInfo::new(None, Location::caller())),
        None => Tracked::untracked(future),
    }
}

/// `spawn_blocking(blocking(CLOSURE))`: the test knows the thread while the closure runs.
#[track_caller]
pub fn blocking<R>(closure: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let info = TaskInfo::new(None, Location::caller());
    let registered = Session::current().map(|session| Registered::take(session, info, Role::Blocking));
    move || match registered {
        Some(registered) => registered.run(closure),
        None => closure(),
    }
}

/// Detects by its type whether a receiver spawns futures:
/// `(&Spawns::by(&RECEIVER)).tracked(FUTURE)`.
///
/// Method lookup prefers [`ViaSpawner`], which is by value, and falls back to [`ViaOther`], which
/// returns the argument unchanged.
pub struct Spawns<R>(PhantomData<fn(R)>);

impl<R> Spawns<R> {
    #[must_use]
    pub fn by(_: &R) -> Self {
        Self(PhantomData)
    }
}

/// A type that spawns any future.
pub trait Spawner {}

impl<T: 'static> Spawner for JoinSet<T> {}
impl Spawner for Handle {}
impl Spawner for LocalRuntime {}
impl Spawner for LocalSet {}
impl Spawner for Runtime {}
#[cfg(feature = "tokio-util")]
impl Spawner for tokio_util::task::TaskTracker {}

impl<S: Spawner> Spawner for &S {}
impl<S: Spawner> Spawner for &mut S {}
impl<S: Spawner> Spawner for Arc<S> {}
impl<S: Spawner> Spawner for Box<S> {}
impl<S: Spawner> Spawner for Pin<S> {}
impl<S: Spawner> Spawner for Rc<S> {}
impl<S: Spawner> Spawner for RefMut<'_, S> {}
impl<S: Spawner> Spawner for std::sync::MutexGuard<'_, S> {}
impl<S: Spawner> Spawner for tokio::sync::MutexGuard<'_, S> {}
impl<S: Spawner> Spawner for tokio::sync::OwnedMutexGuard<S> {}

pub trait ViaSpawner<F> {
    #[track_caller]
    fn tracked(&self, future: F) -> Tracked<F>;
}

impl<S: Spawner, F: Future> ViaSpawner<F> for Spawns<S> {
    #[track_caller]
    fn tracked(&self, future: F) -> Tracked<F> {
        tracked(future)
    }
}

pub trait ViaOther<A> {
    fn tracked(&self, argument: A) -> A;
}

impl<R, A> ViaOther<A> for &Spawns<R> {
    fn tracked(&self, argument: A) -> A {
        argument
    }
}

/// `spawn((&Argument::new(FUTURE)).tracked())`, for any function named `spawn`. Tracks only
/// unboxed futures, because a box may have to be of its exact type.
pub struct Argument<A>(Cell<Option<A>>);

impl<A> Argument<A> {
    pub fn new(argument: A) -> Self {
        Self(Cell::new(Some(argument)))
    }

    fn take(&self) -> A {
        self.0.take().expect("the argument is taken once")
    }
}

pub trait ViaFuture {
    type Future;
    #[track_caller]
    fn tracked(&self) -> Self::Future;
}

impl<F: ?Sized> Argument<Pin<Box<F>>> {
    pub fn tracked(&self) -> Pin<Box<F>> {
        self.take()
    }
}

impl<F: Future> ViaFuture for Argument<F> {
    type Future = Tracked<F>;

    #[track_caller]
    fn tracked(&self) -> Tracked<F> {
        tracked(self.take())
    }
}

pub trait ViaArgument {
    type Argument;
    fn tracked(&self) -> Self::Argument;
}

impl<A> ViaArgument for &Argument<A> {
    type Argument = A;

    fn tracked(&self) -> A {
        self.take()
    }
}
