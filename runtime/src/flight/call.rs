//! A caller of a run.

use std::fmt;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use super::active_runs;
use super::key::Keyed;
use super::published::Published;
use super::runner::{Runner, TaskSpawner, poll_first};
use super::scratch::RunScratch;
use super::shared::{Body, Flight, Left};
use super::table::{Found, Table};
use crate::context::Context;
use crate::context::call::current::with_current;
use crate::init::lock::Place;
use crate::registry::TaskInfo;

/// Joins the run for a key or starts one when first polled.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Call<'t, K, T, M> {
    stage: Stage<'t, K, T, M>,
    /// A field instead of a bound on `Future for Call`, so that a result that cannot be cloned is
    /// a single error.
    clone: fn(&T) -> T,
}

enum Stage<'t, K, T, M> {
    New { table: &'t Table<K, T>, key: Keyed<K>, make: M, origin: Origin },
    Waiting(Caller<'t, K, T>),
    Done,
}

/// The caller's identity in messages.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    Function(&'static Place),
    Caller(&'static Location<'static>),
}

impl Origin {
    fn task_info(self) -> TaskInfo {
        match self {
            Self::Function(place) => TaskInfo::new(Some(place.subject().into()), place.location()),
            Self::Caller(location) => TaskInfo::new(Some("single flight".into()), location),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(place) => write!(f, "{place} calls itself with the same key"),
            Self::Caller(place) => write!(f, "the run calls itself with the same key at {place}"),
        }
    }
}

// No field is pinned.
impl<K, T, M> Unpin for Call<'_, K, T, M> {}

impl<'t, K, T, M> Call<'t, K, T, M> {
    #[inline]
    pub(super) fn new(table: &'t Table<K, T>, key: Keyed<K>, clone: fn(&T) -> T, make: M, origin: Origin) -> Self {
        Self { stage: Stage::New { table, key, make, origin }, clone }
    }
}

impl<K, T, M, F> Future for Call<'_, K, T, M>
where
    T: Send + Sync + 'static,
    M: FnOnce(&Context) -> F,
    F: Future<Output = T> + Send + 'static,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<T> {
        let mut caller = match mem::replace(&mut self.stage, Stage::Done) {
            Stage::New { table, key, make, origin } => {
                let hash = key.hash;
                match with_current(|ctx| table.join_or_start(key, ctx)) {
                    Found::Joined(flight) => Caller::join(table, hash, flight, origin),
                    Found::Nothing(scratch) => match (First { table, hash, scratch }).poll(make, origin, task) {
                        Ok(value) => return Poll::Ready(value),
                        Err(FirstPoll::Shared(caller)) => return Poll::Ready(caller.arrive(self.clone)),
                        Err(FirstPoll::Waiting(caller)) => caller,
                    },
                }
            }
            Stage::Waiting(caller) => caller,
            Stage::Done => panic!("a call was polled again after it had returned"),
        };
        if caller.flight.poll_over(&mut caller.place, task.waker()) {
            return Poll::Ready(caller.arrive(self.clone));
        }
        self.stage = Stage::Waiting(caller);
        Poll::Pending
    }
}

/// The first caller, until it has polled the run once.
struct First<'t, K, T> {
    table: &'t Table<K, T>,
    hash: u64,
    scratch: RunScratch,
}

/// The outcome of a first poll that other callers may share.
enum FirstPoll<'t, K, T> {
    /// The run is over and others have joined, or it panicked.
    Shared(Caller<'t, K, T>),
    /// The run has to wait.
    Waiting(Caller<'t, K, T>),
}

impl<'t, K, T: Send + Sync + 'static> First<'t, K, T> {
    fn poll<M, F>(self, make: M, origin: Origin, task: &mut Task<'_>) -> Result<T, FirstPoll<'t, K, T>>
    where
        M: FnOnce(&Context) -> F,
        F: Future<Output = T> + Send + 'static,
    {
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let mut future = Box::pin(make(self.scratch.ctx()));
            poll_first(self.scratch.id(), self.scratch.ctx(), future.as_mut(), task).map_err(|held| (future, held))
        }));
        match polled {
            Ok(Ok(value)) => self.finish(value),
            Ok(Err((future, held))) => {
                if let Some(spawner) = TaskSpawner::current() {
                    return Err(FirstPoll::Waiting(self.wait(spawner, Body { future, held }, origin)));
                }
                let dropped = catch_unwind(AssertUnwindSafe(|| drop(future)));
                let why = "the run of a single flight has to wait, which needs a Tokio runtime";
                Err(self.publish(dropped.map_or_else(Published::panicked, |()| Published::Failed(why))))
            }
            Err(payload) => Err(self.publish(Published::panicked(payload))),
        }
    }

    /// Ends a run that is over. Usually no other caller has joined.
    #[inline]
    fn finish(self, value: T) -> Result<T, FirstPoll<'t, K, T>> {
        let Self { table, hash, scratch } = self;
        let flight = table.remove(hash, scratch.id());
        scratch.put_away();
        let Some(flight) = flight else { return Ok(value) };
        // Taken out first, because its context may soon serve another run.
        flight.unlist();
        flight.clone().publish(Published::Value(value));
        Err(FirstPoll::Shared(Caller::new(table, hash, flight)))
    }

    #[cold]
    fn publish(self, result: Published<T>) -> FirstPoll<'t, K, T> {
        let Self { table, hash, scratch } = self;
        let flight = table.settle(hash, scratch.id());
        drop(scratch);
        flight.clone().publish(result);
        FirstPoll::Shared(Caller::new(table, hash, flight))
    }

    /// Moves a run that has to wait into its own task.
    fn wait(self, spawner: TaskSpawner, body: Body<T>, origin: Origin) -> Caller<'t, K, T> {
        let Self { table, hash, scratch } = self;
        let flight = table.settle(hash, scratch.id());
        flight.settle(scratch.into_ctx(), body);
        spawner.spawn(Runner::new(flight.clone(), origin.task_info()));
        Caller::new(table, hash, flight)
    }
}

/// A caller in a run. Dropping it leaves the run.
struct Caller<'t, K, T> {
    table: &'t Table<K, T>,
    hash: u64,
    flight: Arc<Flight<T>>,
    /// The caller's place among those that wait for the result.
    place: Option<usize>,
    /// The caller is still waiting.
    waits: bool,
    /// The caller's own context.
    ctx: Context,
}

impl<'t, K, T> Caller<'t, K, T> {
    fn new(table: &'t Table<K, T>, hash: u64, flight: Arc<Flight<T>>) -> Self {
        Self { table, hash, flight, place: None, waits: true, ctx: Context::current() }
    }

    /// # Panics
    ///
    /// If the caller is part of the run.
    fn join(table: &'t Table<K, T>, hash: u64, flight: Arc<Flight<T>>, origin: Origin) -> Self {
        let caller = Self::new(table, hash, flight);
        if caller.is_recursive() {
            drop(caller);
            panic!("recursive single flight: {origin}, and would wait for itself");
        }
        caller
    }

    /// Returns whether the call comes from the run itself: from its body, or from a task with its
    /// context.
    fn is_recursive(&self) -> bool {
        let run = self.flight.run;
        active_runs::contains(run) || self.ctx.node().is_some_and(|node| run.is_above(node))
    }

    /// Takes the result.
    fn arrive(mut self, clone: fn(&T) -> T) -> T {
        self.waits = false;
        self.unlist();
        Flight::take(&mut self.flight, clone)
    }

    /// Removes the run from the table, unless that has been done.
    fn unlist(&self) {
        if self.flight.unlist() {
            drop(self.table.remove(self.hash, self.flight.run));
        }
    }
}

impl<K, T> Drop for Caller<'_, K, T> {
    fn drop(&mut self) {
        if !self.waits {
            return;
        }
        match self.flight.leave(self.place) {
            Left::Others => {}
            Left::Nobody => {
                self.unlist();
                self.flight.abandon(self.ctx.check().err().as_ref());
            }
            Left::Result => self.unlist(),
        }
    }
}
