//! A caller of a run.

use std::fmt;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use super::key::Keyed;
use super::published::Published;
use super::runner::Runner;
use super::shared::{Body, Flight};
use super::spare::{Pair, Spare};
use super::table::{Found, SingleFlight};
use crate::context::Context;
use crate::context::call::current::with_current;
use crate::context::call::frame::Frame;
use crate::context::protect::held::HeldShields;
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
    New { table: &'t SingleFlight<K, T>, key: Keyed<K>, make: M, origin: Origin },
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
    pub(super) fn new(
        table: &'t SingleFlight<K, T>,
        key: Keyed<K>,
        clone: fn(&T) -> T,
        make: M,
        origin: Origin,
    ) -> Self {
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
                    Found::Started(flight, spare) => match start(table, hash, flight, &spare, make, origin, task) {
                        Ok(value) => return Poll::Ready(value),
                        Err(flight) => Caller::new(table, hash, flight),
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

/// Polls a run for its first caller. Returns the value, or the run if it has to wait or is shared.
fn start<K, T, M, F>(
    table: &SingleFlight<K, T>,
    hash: u64,
    flight: Arc<Flight<T>>,
    spare: &Spare<F>,
    make: M,
    origin: Origin,
    task: &mut Task<'_>,
) -> Result<T, Arc<Flight<T>>>
where
    T: Send + Sync + 'static,
    M: FnOnce(&Context) -> F,
    F: Future<Output = T> + Send + 'static,
{
    let polled = catch_unwind(AssertUnwindSafe(|| {
        let mut future = spare.room(make(flight.ctx()));
        let mut held = HeldShields::default();
        match flight.poll(Frame::enter(task.waker()), future.as_mut(), &mut held, task) {
            Poll::Ready(value) => {
                spare.keep_room(future);
                Ok((value, flight.end_unless_unobserved()))
            }
            Poll::Pending => Err(Body { future, held }),
        }
    }));
    match polled {
        Ok(Ok((value, is_unobserved))) => {
            let listed = table.remove(hash, &flight).unwrap_or_else(|| flight.clone());
            let Some(flight) = spare.keep_run(Pair { first: flight, listed }, is_unobserved) else { return Ok(value) };
            flight.unlist();
            flight.clone().publish(Published::Value(value));
            Err(flight)
        }
        Ok(Err(body)) => {
            flight.park(body);
            Runner::new(flight.clone(), origin.task_info()).spawn();
            Err(flight)
        }
        Err(payload) => {
            flight.clone().fail(None, payload);
            Err(flight)
        }
    }
}

/// A caller in a run. Dropping it leaves the run.
struct Caller<'t, K, T> {
    table: &'t SingleFlight<K, T>,
    hash: u64,
    flight: Arc<Flight<T>>,
    /// The caller's place among those that wait for the result.
    place: Option<usize>,
    /// The caller is still waiting.
    waits: bool,
}

impl<'t, K, T> Caller<'t, K, T> {
    fn new(table: &'t SingleFlight<K, T>, hash: u64, flight: Arc<Flight<T>>) -> Self {
        Self { table, hash, flight, place: None, waits: true }
    }

    /// # Panics
    ///
    /// If the caller is part of the run.
    fn join(table: &'t SingleFlight<K, T>, hash: u64, flight: Arc<Flight<T>>, origin: Origin) -> Self {
        let caller = Self::new(table, hash, flight);
        if with_current(|ctx| caller.flight.contains(ctx)) {
            drop(caller);
            panic!("recursive single flight: {origin}, and would wait for itself");
        }
        caller
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
            drop(self.table.remove(self.hash, &self.flight));
        }
    }
}

impl<K, T> Drop for Caller<'_, K, T> {
    fn drop(&mut self) {
        if self.waits && self.flight.leave(self.place) {
            self.unlist();
            // An interrupted call is dropped in its own context.
            let why = with_current(|ctx| ctx.check().err());
            self.flight.abandon(why.as_ref());
        }
    }
}
