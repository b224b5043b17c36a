//! A caller of a flight.

use std::fmt;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Waker};

use super::aloft::Aloft;
use super::generated::Keyed;
use super::kit::Kit;
use super::shared::{self, Body, Flight, Landing, Panic, Turn};
use super::table::{Boarding, Table};
use crate::context::call::current::with_current;
use crate::context::{Context, OwnContext};
use crate::turn::Place;

/// Joins the flight for a key when it is first polled, or starts it; drives it when it is its turn.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Call<'t, K, T, M> {
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
    #[inline]
    pub(crate) fn new(table: &'t Table<K, T>, key: Keyed<K>, clone: fn(&T) -> T, make: M, who: Who) -> Self {
        Self { stage: Stage::Before { table, key, make, who }, clone }
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
        let clone = self.clone;
        let mut seat = match mem::replace(&mut self.stage, Stage::Over) {
            Stage::Before { table, key, make, who } => {
                let hash = key.hash;
                match with_current(|ctx| table.board(key, ctx)) {
                    Boarding::First(kit) => return self.take_off(First { table, hash, kit }, make, task.waker()),
                    Boarding::Joined(flight) => Seat::join(table, hash, flight, who),
                }
            }
            Stage::Waiting(seat) => seat,
            Stage::Over => panic!("a call was polled again after it had returned"),
        };
        match seat.flight.turn(&mut seat.place, task.waker()) {
            Turn::Wait => {
                self.stage = Stage::Waiting(seat);
                Poll::Pending
            }
            Turn::Drive(body) => {
                let polled = seat.drive(body, clone, task.waker());
                if polled.is_pending() {
                    self.stage = Stage::Waiting(seat);
                }
                polled
            }
            Turn::Landed => Poll::Ready(seat.arrive(clone)),
        }
    }
}

impl<'t, K, T: Send + Sync + 'static, M> Call<'t, K, T, M> {
    /// The first caller makes the run, and polls it.
    fn take_off<F>(&mut self, first: First<'t, K, T>, make: M, waker: &Waker) -> Poll<T>
    where
        M: FnOnce(&Context) -> F,
        F: Future<Output = T> + Send + 'static,
    {
        let kit = &first.kit;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let mut future = Box::pin(make(kit.ctx()));
            match shared::poll(kit.token(), kit.ctx(), future.as_mut(), kit.waker()) {
                Poll::Ready(value) => {
                    drop(future);
                    Ok(value)
                }
                Poll::Pending => Err(future),
            }
        }));
        match polled {
            Ok(Ok(value)) => Poll::Ready(first.land(value, self.clone)),
            Ok(Err(future)) => {
                self.stage = Stage::Waiting(first.wait(future, waker));
                Poll::Pending
            }
            Err(payload) => first.crash(payload),
        }
    }
}

/// Whoever begins a run, until it has been polled once.
struct First<'t, K, T> {
    table: &'t Table<K, T>,
    hash: u64,
    kit: Kit,
}

impl<'t, K, T: Send + Sync + 'static> First<'t, K, T> {
    /// Ready at once, and mostly nobody has joined.
    #[inline]
    fn land(self, value: T, clone: fn(&T) -> T) -> T {
        let shared = self.table.remove(self.hash, self.kit.token());
        let value = match shared {
            None => value,
            Some(flight) => land(&flight, self.kit.ctx(), value, clone),
        };
        self.kit.put_away();
        value
    }

    #[cold]
    fn crash(self, payload: Panic) -> ! {
        let shared = self.table.remove(self.hash, self.kit.token());
        crash(shared.as_deref(), self.kit.ctx(), payload)
    }

    /// The run has to wait, and others may drive it from now on.
    fn wait(self, future: Pin<Box<dyn Future<Output = T> + Send>>, waker: &Waker) -> Seat<'t, K, T> {
        let Self { table, hash, kit } = self;
        let flight = table.settle(hash, kit.token());
        let (ctx, was_woken) = kit.hand_over(flight.clone().into());
        if was_woken {
            Waker::from(flight.clone()).wake();
        }
        let mut seat = Seat { table, hash, flight, place: None, waits: true, ctx: Context::current() };
        seat.flight.park(Body { future, ctx }, &mut seat.place, waker);
        seat
    }
}

impl<'t, K, T> Seat<'t, K, T> {
    /// A caller who has joined.
    fn join(table: &'t Table<K, T>, hash: u64, flight: Arc<Flight<T>>, who: Who) -> Self {
        let seat = Self { table, hash, flight, place: None, waits: true, ctx: Context::current() };
        if seat.is_recursive() {
            drop(seat);
            panic!("recursive single flight: {who}, and would wait for itself");
        }
        seat
    }

    /// Whether the call comes out of the run itself: from its body, or from a task with its context.
    fn is_recursive(&self) -> bool {
        let run = self.flight.run;
        Aloft::contains(run) || self.ctx.node().is_some_and(|node| run.is_above(node))
    }
}

impl<K, T: Send + Sync + 'static> Seat<'_, K, T> {
    fn drive(&mut self, body: Body<T>, clone: fn(&T) -> T, waker: &Waker) -> Poll<T> {
        let (flight, Body { mut future, ctx }) = (&self.flight, body);
        let own = Waker::from(flight.clone());
        let polled = catch_unwind(AssertUnwindSafe(|| match shared::poll(flight.run, &ctx, future.as_mut(), &own) {
            Poll::Ready(value) => {
                drop(future);
                Ok(value)
            }
            Poll::Pending => Err(future),
        }));
        if let Ok(Err(future)) = polled {
            self.flight.park(Body { future, ctx }, &mut self.place, waker);
            return Poll::Pending;
        }
        self.table.remove(self.hash, flight.run);
        self.waits = false;
        match polled {
            Ok(Ok(value)) => Poll::Ready(land(flight, &ctx, value, clone)),
            Err(payload) => crash(Some(flight), &ctx, payload),
            Ok(Err(_)) => unreachable!("it is parked"),
        }
    }
}

/// The run is over, and out of the table. Returns the driver's own result.
fn land<T: Send + Sync + 'static>(flight: &Arc<Flight<T>>, ctx: &OwnContext, value: T, clone: fn(&T) -> T) -> T {
    // With one caller, and nobody to wake it: no need to look at its desk.
    if Arc::strong_count(flight) == 1 {
        ctx.abandon();
        return value;
    }
    let clone = |value: &T| catch_unwind(AssertUnwindSafe(|| clone(value)));
    match flight.land(value, clone) {
        Ok(value) => {
            ctx.abandon();
            value
        }
        Err(payload) => crash(Some(flight), ctx, payload),
    }
}

/// The run has panicked, and is out of the table: the payload is this caller's, and the others get its message.
fn crash<T>(flight: Option<&Flight<T>>, ctx: &OwnContext, payload: Panic) -> ! {
    if let Some(flight) = flight {
        flight.publish(Landing::Panic(message(&payload)));
    }
    ctx.abandon();
    resume_unwind(payload)
}

impl<K, T> Seat<'_, K, T> {
    /// Takes what the flight has landed with.
    fn arrive(mut self, clone: fn(&T) -> T) -> T {
        // The last one need not clone it. The others only look: to write to the count would hold them all up.
        let is_last = Arc::strong_count(&self.flight) == 1;
        let mut own = if is_last { Arc::get_mut(&mut self.flight).and_then(Flight::take_landing) } else { None };
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
        self.table.remove(self.hash, self.flight.run);
        match self.ctx.check() {
            Err(why) => body.ctx.end(&why),
            Ok(()) => body.ctx.abandon(),
        }
    }
}
