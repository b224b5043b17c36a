//! What loom explores: joining, leaving, waking and landing, in every order.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context as Task, Poll, Wake, Waker};

use loom::thread;

use super::SingleFlight;
use super::call::{Call, Who};
use super::generated::Keyed;
use crate::context::Context;

type Flights = SingleFlight<u8, u32>;

/// Counts how often it was woken.
#[derive(Default)]
struct Told(AtomicUsize);

impl Told {
    fn new() -> (Arc<Self>, Waker) {
        let told = Arc::new(Self::default());
        (told.clone(), Waker::from(told))
    }

    fn times(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Opened from outside. Counts the runs that begin, and those that are there.
#[derive(Default)]
struct World {
    begun: AtomicUsize,
    alive: AtomicUsize,
    open: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

struct Run(Arc<World>, u32);

impl Run {
    fn begin(world: &Arc<World>) -> Self {
        world.alive.fetch_add(1, SeqCst);
        let number = world.begun.fetch_add(1, SeqCst) + 1;
        Self(world.clone(), u32::try_from(number).unwrap())
    }
}

impl Future for Run {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<u32> {
        *self.0.waker.lock().unwrap() = Some(task.waker().clone());
        if self.0.open.load(SeqCst) { Poll::Ready(self.1) } else { Poll::Pending }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, SeqCst);
    }
}

impl World {
    fn open(&self) {
        self.open.store(true, SeqCst);
        let waker = self.waker.lock().unwrap().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

fn call<'t>(flights: &'t Flights, world: &Arc<World>) -> Pin<Box<dyn Future<Output = u32> + 't>> {
    let world = world.clone();
    Box::pin(Call::new(
        &flights.table,
        Keyed::of(1),
        u32::clone,
        move |_: &Context| Run::begin(&world),
        Who::Caller(Location::caller()),
    ))
}

fn poll<F: Future + ?Sized>(call: &mut Pin<Box<F>>, waker: &Waker) -> Poll<F::Output> {
    call.as_mut().poll(&mut Task::from_waker(waker))
}

/// Polls whenever it is woken. Returns `None` when it waits without having been.
fn finish(mut call: Pin<Box<dyn Future<Output = u32> + '_>>, told: &Told, waker: &Waker) -> Option<u32> {
    let mut seen = 0;
    loop {
        if let Poll::Ready(value) = poll(&mut call, waker) {
            return Some(value);
        }
        if told.times() == seen {
            return None;
        }
        seen = told.times();
    }
}

fn is_empty(flights: &Flights, world: &World) {
    assert_eq!((flights.len(), world.alive.load(SeqCst)), (0, 0));
    assert!(world.waker.lock().unwrap().take().is_none_or(|waker| {
        drop(waker);
        true
    }));
}

/// Two callers, and a run that is ready: each of them gets a result, from one run or from one of its own.
#[test]
fn callers_of_a_run_that_is_ready_get_its_result() {
    loom::model(|| {
        let (flights, world) = (Arc::new(Flights::new()), Arc::new(World::default()));
        world.open();
        let other = thread::spawn({
            let (flights, world) = (flights.clone(), world.clone());
            move || {
                let (told, waker) = Told::new();
                let mut call = call(&flights, &world);
                match poll(&mut call, &waker) {
                    Poll::Ready(value) => (Some(value), told),
                    Poll::Pending => (None, told),
                }
            }
        });
        let (told, waker) = Told::new();
        let mut mine = call(&flights, &world);
        let mine_polled = poll(&mut mine, &waker);
        let (theirs, _) = other.join().unwrap();
        // Who waited has been told.
        let value = match mine_polled {
            Poll::Ready(value) => value,
            Poll::Pending => {
                assert!(told.times() > 0);
                let Poll::Ready(value) = poll(&mut mine, &waker) else { panic!("told for nothing") };
                value
            }
        };
        drop(mine);
        assert!(value <= 2 && theirs.is_none_or(|theirs| theirs <= 2));
        is_empty(&flights, &world);
    });
}

/// A driver who waits, another caller who joins, and the wake-up of the run: somebody who is told lands it, and the other hears of it.
#[test]
fn a_wake_up_of_the_run_is_not_lost_while_another_caller_joins() {
    loom::model(|| {
        let (flights, world) = (Arc::new(Flights::new()), Arc::new(World::default()));
        let (told, waker) = Told::new();
        let mut driver = call(&flights, &world);
        assert!(poll(&mut driver, &waker).is_pending());
        let opening = thread::spawn({
            let world = world.clone();
            move || world.open()
        });
        let (other_told, other_waker) = Told::new();
        let mut other = call(&flights, &world);
        let joined = poll(&mut other, &other_waker);
        opening.join().unwrap();
        match joined {
            // It drove, or started anew after the first had landed, which it cannot have.
            Poll::Ready(value) => assert_eq!(value, 1),
            Poll::Pending => {
                assert!(told.times() + other_told.times() > 0);
                if told.times() == 0 {
                    assert_eq!(poll(&mut other, &other_waker), Poll::Ready(1));
                }
            }
        }
        if joined.is_ready() {
            assert!(told.times() > 0, "of the wake-up or of the landing");
        }
        assert_eq!(finish(driver, &told, &waker), Some(1));
        drop(other);
        is_empty(&flights, &world);
    });
}

/// The run is woken while it is polled for the first time, by who is alone or just joined: whoever waits is told.
#[test]
fn a_wake_up_during_the_first_poll_is_not_lost() {
    for others in [0, 1] {
        loom::model(move || {
            let (flights, world) = (Arc::new(Flights::new()), Arc::new(World::default()));
            let opening = thread::spawn({
                let (flights, world) = (flights.clone(), world.clone());
                move || {
                    let mut other = call(&flights, &world);
                    let joined = others == 1 && poll(&mut other, Waker::noop()).is_ready();
                    world.open();
                    // It is not polled again, and goes.
                    joined
                }
            });
            let (told, waker) = Told::new();
            let mut first = call(&flights, &world);
            if poll(&mut first, &waker).is_pending() {
                opening.join().unwrap();
                assert!(told.times() > 0);
                assert!(poll(&mut first, &waker).is_ready());
            } else {
                opening.join().unwrap();
            }
            drop(first);
            is_empty(&flights, &world);
        });
    }
}

/// Forgotten while it is polled for the first time, and somebody may have joined: it goes on out of sight.
#[test]
fn a_run_may_be_forgotten_during_its_first_poll() {
    loom::model(|| {
        let (flights, world) = (Arc::new(Flights::new()), Arc::new(World::default()));
        let other = thread::spawn({
            let (flights, world) = (flights.clone(), world.clone());
            move || {
                let mut call = call(&flights, &world);
                assert!(poll(&mut call, Waker::noop()).is_pending());
                flights.forget(&1);
            }
        });
        let mut first = call(&flights, &world);
        assert!(poll(&mut first, Waker::noop()).is_pending());
        other.join().unwrap();
        // It was another one that was forgotten, if there were two.
        let runs = world.begun.load(SeqCst);
        assert_eq!(flights.len(), runs - 1);
        world.open();
        assert_eq!(poll(&mut first, Waker::noop()), Poll::Ready(u32::try_from(runs).unwrap()));
        drop(first);
        is_empty(&flights, &world);
    });
}

/// The driver goes while the run is woken: the one who is left is told, and finishes it.
#[test]
fn a_driver_who_goes_hands_over() {
    loom::model(|| {
        let (flights, world) = (Arc::new(Flights::new()), Arc::new(World::default()));
        let ((_, waker), (told, other_waker)) = (Told::new(), Told::new());
        let mut driver = call(&flights, &world);
        assert!(poll(&mut driver, &waker).is_pending());
        let mut other = call(&flights, &world);
        assert!(poll(&mut other, &other_waker).is_pending());
        let opening = thread::spawn({
            let world = world.clone();
            move || world.open()
        });
        drop(driver);
        opening.join().unwrap();
        assert!(told.times() > 0);
        assert_eq!(poll(&mut other, &other_waker), Poll::Ready(1));
        drop(other);
        assert_eq!(world.begun.load(SeqCst), 1);
        is_empty(&flights, &world);
    });
}

/// Two callers go at once: the run is dropped once, by the last of them.
#[test]
fn the_last_of_two_who_go_at_once_takes_the_run_along() {
    loom::model(|| {
        let (flights, world) = (Arc::new(Flights::new()), Arc::new(World::default()));
        let come_and_go = |flights: Arc<Flights>, world: Arc<World>| {
            let mut call = call(&flights, &world);
            assert!(poll(&mut call, Waker::noop()).is_pending());
        };
        let other = thread::spawn({
            let (flights, world) = (flights.clone(), world.clone());
            move || come_and_go(flights, world)
        });
        come_and_go(flights.clone(), world.clone());
        other.join().unwrap();
        is_empty(&flights, &world);
    });
}

/// The last caller goes while another one comes: that one joins, and drives on, or starts anew.
#[test]
fn who_comes_while_the_last_one_goes_gets_a_run() {
    loom::model(|| {
        let (flights, world) = (Arc::new(Flights::new()), Arc::new(World::default()));
        let mut last = call(&flights, &world);
        assert!(poll(&mut last, Waker::noop()).is_pending());
        let coming = thread::spawn({
            let (flights, world) = (flights.clone(), world.clone());
            move || {
                let (told, waker) = Told::new();
                let mut call = call(&flights, &world);
                assert!(poll(&mut call, &waker).is_pending());
                world.open();
                assert!(told.times() > 0);
                poll(&mut call, &waker)
            }
        });
        drop(last);
        let Poll::Ready(number) = coming.join().unwrap() else { panic!("it waits for ever") };
        assert_eq!(world.begun.load(SeqCst), number as usize);
        is_empty(&flights, &world);
    });
}

/// Forgotten while it lands: its place goes to one run at most.
#[test]
fn forgetting_and_landing_do_not_take_a_successor_away() {
    loom::model(|| {
        let (flights, world) = (Arc::new(Flights::new()), Arc::new(World::default()));
        let mut first = call(&flights, &world);
        assert!(poll(&mut first, Waker::noop()).is_pending());
        let forgetting = thread::spawn({
            let flights = flights.clone();
            move || flights.forget(&1)
        });
        world.open();
        assert_eq!(poll(&mut first, Waker::noop()), Poll::Ready(1));
        forgetting.join().unwrap();
        world.open.store(false, SeqCst);
        let mut second = call(&flights, &world);
        assert!(poll(&mut second, Waker::noop()).is_pending());
        assert_eq!(flights.len(), 1);
        drop(second);
        is_empty(&flights, &world);
    });
}
