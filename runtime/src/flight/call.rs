//! A caller of a flight.

use std::fmt;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use super::aloft::Aloft;
use super::generated::Keyed;
use super::shared::{Body, Flight, Landing, Panic, Turn};
use super::table::{Boarding, Table};
use crate::context::Context;
use crate::turn::Place;

/// Joins the flight for a key when it is first polled, or starts it; drives it when it is its turn.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub(super) struct Call<'t, K, T, M> {
    stage: Stage<'t, K, T, M>,
    /// Not a bound on `Future for Call`, so that a result that cannot be cloned is one error.
    clone: fn(&T) -> T,
}

enum Stage<'t, K, T, M> {
    Before { table: &'t Table<K, T>, key: Keyed<K>, make: M, who: Who },
    Waiting(Seat<'t, K, T>),
    Over,
}

/// Who calls, for the message of a recursion.
#[derive(Clone, Copy)]
pub(crate) enum Who {
    Function(&'static Place),
    Caller(&'static Location<'static>),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(place) => write!(f, "{place} calls itself with the same key"),
            Self::Caller(place) => write!(f, "the run calls itself with the same key at {place}"),
        }
    }
}

/// A caller's place in a flight; dropping it leaves the flight.
struct Seat<'t, K, T> {
    table: &'t Table<K, T>,
    hash: u64,
    flight: Arc<Flight<T>>,
    place: Option<usize>,
    /// Whether the caller still waits for the flight to land.
    waits: bool,
    /// The caller's own.
    ctx: Context,
}

// Nothing in it is pinned.
impl<K, T, M> Unpin for Call<'_, K, T, M> {}

impl<'t, K, T, M> Call<'t, K, T, M> {
    pub(crate) fn new(table: &'t Table<K, T>, key: Keyed<K>, clone: fn(&T) -> T, make: M, who: Who) -> Self {
        Self { stage: Stage::Before { table, key, make, who }, clone }
    }
}

impl<K, T, M, F> Future for Call<'_, K, T, M>
where
    T: Send + Sync + 'static,
    M: FnOnce(Context) -> F,
    F: Future<Output = T> + Send + 'static,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<T> {
        let clone = self.clone;
        let mut seat = match mem::replace(&mut self.stage, Stage::Over) {
            Stage::Before { table, key, make, who } => {
                let (seat, is_first) = Seat::take(table, key, who);
                if is_first {
                    return self.keep(seat, |seat| seat.take_off(make, clone, task));
                }
                seat
            }
            Stage::Waiting(seat) => seat,
            Stage::Over => panic!("a call was polled again after it had returned"),
        };
        match seat.flight.turn(&mut seat.place, task.waker()) {
            Turn::Wait => {
                self.stage = Stage::Waiting(seat);
                Poll::Pending
            }
            Turn::Drive(body) => self.keep(seat, |seat| seat.drive(body, clone, task)),
            Turn::Landed => Poll::Ready(seat.arrive(clone)),
        }
    }
}

impl<'t, K, T, M> Call<'t, K, T, M> {
    /// Stays seated while `poll` is pending.
    fn keep(&mut self, mut seat: Seat<'t, K, T>, poll: impl FnOnce(&mut Seat<'t, K, T>) -> Poll<T>) -> Poll<T> {
        let polled = poll(&mut seat);
        if polled.is_pending() {
            self.stage = Stage::Waiting(seat);
        }
        polled
    }
}

impl<'t, K, T> Seat<'t, K, T> {
    /// In the flight for `key`, or in a new one, whose first caller this is.
    fn take(table: &'t Table<K, T>, key: Keyed<K>, who: Who) -> (Self, bool) {
        let ctx = Context::current();
        let hash = key.hash;
        let (flight, is_first) = match table.board(key, ctx.fixed_limit(), || Flight::new(ctx.of_flight())) {
            Boarding::Joined(flight) => (flight, false),
            Boarding::First(flight) => (flight, true),
        };
        let seat = Self { table, hash, flight, place: None, waits: true, ctx };
        if !is_first && seat.is_recursive() {
            drop(seat);
            panic!("recursive single flight: {who}, and would wait for itself");
        }
        (seat, is_first)
    }
}

impl<K, T> Seat<'_, K, T> {
    /// Whether the call comes out of the flight itself: from its body, or from a task with its context.
    fn is_recursive(&self) -> bool {
        let of_flight = || self.ctx.scope()?.is_of_flight(self.flight.ctx.scope()?).then_some(());
        Aloft::contains(Arc::as_ptr(&self.flight).cast()) || of_flight().is_some()
    }
}

impl<K, T: Send + Sync + 'static> Seat<'_, K, T> {
    /// The first caller makes the body, and polls it.
    fn take_off<F>(&mut self, make: impl FnOnce(Context) -> F, clone: fn(&T) -> T, task: &Task<'_>) -> Poll<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let ctx = Context::clone(&self.flight.ctx);
        match catch_unwind(AssertUnwindSafe(|| Box::pin(make(ctx)))) {
            Ok(body) => self.drive(body, clone, task),
            Err(payload) => self.crash(payload),
        }
    }

    fn drive(&mut self, mut body: Body<T>, clone: fn(&T) -> T, task: &Task<'_>) -> Poll<T> {
        let flight = &self.flight;
        let polled = catch_unwind(AssertUnwindSafe(|| match flight.poll(&mut body) {
            Poll::Ready(value) => {
                drop(body);
                Ok(value)
            }
            Poll::Pending => Err(body),
        }));
        match polled {
            Ok(Err(body)) => {
                self.flight.park(body, &mut self.place, task.waker());
                Poll::Pending
            }
            Ok(Ok(value)) => {
                self.table.remove(self.hash, &self.flight);
                // Out of the table, with one caller, and nobody to wake it: no need to look at its desk.
                if Arc::strong_count(&self.flight) == 1 {
                    self.waits = false;
                    self.flight.ctx.abandon();
                    return Poll::Ready(value);
                }
                let clone = |value: &T| catch_unwind(AssertUnwindSafe(|| clone(value)));
                match self.flight.land(value, clone) {
                    Ok(value) => {
                        self.flight.ctx.abandon();
                        Poll::Ready(value)
                    }
                    Err(payload) => self.crash(payload),
                }
            }
            Err(payload) => self.crash(payload),
        }
    }

    /// The run has panicked: the payload is this caller's, and the others get its message.
    fn crash(&self, payload: Panic) -> ! {
        self.table.remove(self.hash, &self.flight);
        self.flight.publish(Landing::Panic(message(&payload)));
        self.flight.ctx.abandon();
        resume_unwind(payload)
    }

    /// Takes what the flight has landed with.
    fn arrive(mut self, clone: fn(&T) -> T) -> T {
        // The last one need not clone it.
        let mut own = Arc::get_mut(&mut self.flight).and_then(Flight::take_landing);
        let shared = if own.is_none() { self.flight.landing() } else { None };
        match (own.take(), shared) {
            (Some(Landing::Value(value)), _) => value,
            (_, Some(Landing::Value(value))) => clone(value),
            // Told once, to the caller who had the payload.
            (Some(Landing::Panic(message)), _) => resume_unwind(Box::new(message)),
            (_, Some(Landing::Panic(message))) => resume_unwind(Box::new(message.clone())),
            (None, None) => unreachable!("a flight with callers was given up"),
        }
    }
}

fn message(payload: &Panic) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "the run of a single flight panicked".to_owned())
}

impl<K, T> Drop for Seat<'_, K, T> {
    fn drop(&mut self) {
        if !self.waits {
            return;
        }
        let Some(body) = self.flight.leave(self.place) else { return };
        self.table.remove(self.hash, &self.flight);
        let why = self.ctx.check().err();
        self.flight.abandon(why.as_ref());
        drop(body);
    }
}
