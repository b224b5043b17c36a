//! Loom models of joining, leaving, polling and publishing, in every order.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context as Task, Poll, Wake, Waker};

use loom::thread;

use super::call::{Call, Origin};
use super::key::Keyed;
use super::runner::TASKS;
use super::table::SingleFlight;
use crate::context::Context;

type Flights = SingleFlight<u8, u32>;
type Runner = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Counts its wake-ups.
#[derive(Default)]
struct WakeCount(AtomicUsize);

impl WakeCount {
    fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::new(Self::default());
        (wakes.clone(), Waker::from(wakes))
    }

    fn times(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Wake for WakeCount {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// The state around a run: opened from outside, it counts the runs that began and those alive.
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

fn new() -> (Arc<Flights>, Arc<World>) {
    TASKS.with_borrow_mut(Vec::clear);
    (Arc::new(Flights::new()), Arc::new(World::default()))
}

fn call<'t>(flights: &'t Flights, world: &Arc<World>) -> Pin<Box<dyn Future<Output = u32> + 't>> {
    let world = world.clone();
    Box::pin(Call::new(
        flights,
        Keyed::of(1),
        u32::clone,
        move |_: &Context| Run::begin(&world),
        Origin::Caller(Location::caller()),
    ))
}

fn poll<F: Future + ?Sized>(call: &mut Pin<Box<F>>, waker: &Waker) -> Poll<F::Output> {
    call.as_mut().poll(&mut Task::from_waker(waker))
}

/// Takes the spawned tasks.
fn runners() -> Vec<Runner> {
    TASKS.take()
}

/// Polls a task whenever it is woken.
fn drive(mut runner: Runner) {
    let (wakes, waker) = WakeCount::new();
    let mut seen = 0;
    while poll(&mut runner, &waker).is_pending() {
        if wakes.times() == seen {
            // Idle, as a runtime would be.
            TASKS.with_borrow_mut(|tasks| tasks.push(runner));
            return;
        }
        seen = wakes.times();
    }
}

fn is_empty(flights: &Flights, world: &World) {
    runners().into_iter().for_each(drive);
    assert_eq!((flights.len(), world.alive.load(SeqCst)), (0, 0));
    drop(world.waker.lock().unwrap().take());
    TASKS.with_borrow_mut(Vec::clear);
}

/// Two callers of a run that is ready: each gets a result, from a shared run or its own.
#[test]
fn callers_of_a_run_that_is_ready_get_its_result() {
    loom::model(|| {
        let (flights, world) = new();
        world.open();
        let other = thread::spawn({
            let (flights, world) = (flights.clone(), world.clone());
            move || {
                let (wakes, waker) = WakeCount::new();
                let mut call = call(&flights, &world);
                match poll(&mut call, &waker) {
                    Poll::Ready(value) => (Some(value), wakes),
                    Poll::Pending => (None, wakes),
                }
            }
        });
        let (wakes, waker) = WakeCount::new();
        let mut mine = call(&flights, &world);
        let mine_polled = poll(&mut mine, &waker);
        let (theirs, _) = other.join().unwrap();
        let value = match mine_polled {
            Poll::Ready(value) => value,
            Poll::Pending => {
                assert!(wakes.times() > 0, "a waiting caller is woken");
                let Poll::Ready(value) = poll(&mut mine, &waker) else { panic!("woken for nothing") };
                value
            }
        };
        drop(mine);
        assert!(value <= 2 && theirs.is_none_or(|theirs| theirs <= 2));
        is_empty(&flights, &world);
    });
}

/// A caller that joins while the task ends the run gets its result, or that of a new run.
#[test]
fn a_caller_that_joins_at_the_end_of_the_run_is_woken() {
    loom::model(|| {
        let (flights, world) = new();
        let (wakes, waker) = WakeCount::new();
        let mut first = call(&flights, &world);
        assert!(poll(&mut first, &waker).is_pending());
        world.open();
        let task = thread::spawn(|| runners().into_iter().for_each(drive));
        let (other_wakes, other_waker) = WakeCount::new();
        let mut other = call(&flights, &world);
        let joined = poll(&mut other, &other_waker);
        task.join().unwrap();
        assert!(wakes.times() > 0);
        assert_eq!(poll(&mut first, &waker), Poll::Ready(1));
        match joined {
            Poll::Ready(value) => assert!(value <= 2),
            Poll::Pending => {
                assert!(other_wakes.times() > 0);
                assert_eq!(poll(&mut other, &other_waker), Poll::Ready(1));
            }
        }
        drop((first, other));
        is_empty(&flights, &world);
    });
}

/// The run is woken while its task is about to wait.
#[test]
fn a_wake_up_of_the_run_reaches_its_task() {
    loom::model(|| {
        let (flights, world) = new();
        let (wakes, waker) = WakeCount::new();
        let mut only = call(&flights, &world);
        assert!(poll(&mut only, &waker).is_pending());
        let opening = thread::spawn({
            let world = world.clone();
            move || world.open()
        });
        let (task_wakes, task_waker) = WakeCount::new();
        let Some(mut runner) = runners().pop() else { panic!("no task was spawned") };
        let polled = poll(&mut runner, &task_waker);
        opening.join().unwrap();
        if polled.is_pending() {
            assert!(task_wakes.times() > 0);
            assert!(poll(&mut runner, &task_waker).is_ready());
        }
        assert!(wakes.times() > 0);
        assert_eq!(poll(&mut only, &waker), Poll::Ready(1));
        drop(only);
        is_empty(&flights, &world);
    });
}

/// A run forgotten during its first poll goes on unlisted. Another caller may have joined.
#[test]
fn a_run_may_be_forgotten_during_its_first_poll() {
    loom::model(|| {
        let (flights, world) = new();
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
        // If there were two runs, the other one was forgotten.
        let runs = world.begun.load(SeqCst);
        assert_eq!(flights.len(), runs - 1);
        world.open();
        runners().into_iter().for_each(drive);
        assert!(matches!(poll(&mut first, Waker::noop()), Poll::Ready(number) if number as usize <= runs));
        drop(first);
        is_empty(&flights, &world);
    });
}

/// The last caller leaves while the task polls the run, which is dropped once.
#[test]
fn the_last_caller_may_leave_while_the_task_polls() {
    for opens in [false, true] {
        loom::model(move || {
            let (flights, world) = new();
            let mut only = call(&flights, &world);
            assert!(poll(&mut only, Waker::noop()).is_pending());
            if opens {
                world.open();
            }
            let task = thread::spawn(|| runners().into_iter().for_each(drive));
            drop(only);
            task.join().unwrap();
            assert_eq!(world.begun.load(SeqCst), 1);
            is_empty(&flights, &world);
        });
    }
}

/// Two callers leave at once: the last one drops the run, once.
#[test]
fn the_last_of_two_that_leave_at_once_takes_the_run_along() {
    loom::model(|| {
        let (flights, world) = new();
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

/// A caller that arrives while the last one leaves joins the run, or starts a new one.
#[test]
fn a_caller_that_comes_while_the_last_one_leaves_gets_a_run() {
    loom::model(|| {
        let (flights, world) = new();
        let mut last = call(&flights, &world);
        assert!(poll(&mut last, Waker::noop()).is_pending());
        let coming = thread::spawn({
            let (flights, world) = (flights.clone(), world.clone());
            move || {
                let (wakes, waker) = WakeCount::new();
                let mut call = call(&flights, &world);
                assert!(poll(&mut call, &waker).is_pending());
                world.open();
                runners().into_iter().for_each(drive);
                assert!(wakes.times() > 0);
                poll(&mut call, &waker)
            }
        });
        drop(last);
        let Poll::Ready(number) = coming.join().unwrap() else { panic!("it waits for ever") };
        assert_eq!(world.begun.load(SeqCst), number as usize);
        is_empty(&flights, &world);
    });
}

/// A run forgotten at its end is replaced by at most one run.
#[test]
fn forgetting_and_ending_do_not_take_a_successor_away() {
    loom::model(|| {
        let (flights, world) = new();
        let mut first = call(&flights, &world);
        assert!(poll(&mut first, Waker::noop()).is_pending());
        let forgetting = thread::spawn({
            let flights = flights.clone();
            move || flights.forget(&1)
        });
        world.open();
        runners().into_iter().for_each(drive);
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
