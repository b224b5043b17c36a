//! Who polls the run, and who is woken.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use taskward::Context;

use super::{Flights, flights};
use crate::support::{Wakes, poll};

/// A run that is woken from outside.
#[derive(Clone, Default)]
struct Door(Arc<Mutex<(Option<Waker>, bool)>>);

impl Door {
    async fn open(self) -> u32 {
        poll_fn(|task| {
            let (waker, open) = &mut *self.0.lock().unwrap();
            *waker = Some(task.waker().clone());
            if *open { Poll::Ready(1) } else { Poll::Pending }
        })
        .await
    }

    fn knock(&self) {
        let waker = self.0.lock().unwrap().0.take();
        waker.unwrap().wake();
    }

    fn unlock(&self) {
        self.0.lock().unwrap().1 = true;
        self.knock();
    }
}

fn call<'a>(
    flights: &'a Flights,
    ctx: &'a Context,
    door: &Door,
) -> std::pin::Pin<Box<dyn Future<Output = Result<u32, taskward::ContextError>> + 'a>> {
    let door = door.clone();
    Box::pin(flights.run(ctx, 1, async move |_| door.open().await))
}

#[test]
fn a_wake_up_of_the_run_wakes_few_and_its_end_wakes_all() {
    let (ctx, flights, door) = (Context::background(), flights(), Door::default());
    let mut calls: Vec<_> = (0..100).map(|_| (call(&flights, &ctx, &door), Wakes::new())).collect();
    for (call, (_, waker)) in &mut calls {
        assert!(poll(call.as_mut(), waker).is_pending());
    }
    door.knock();
    let woken: usize = calls.iter().map(|(_, (wakes, _))| wakes.count()).sum();
    assert_eq!(woken, 8, "who drives, and seven more");
    for (call, (_, waker)) in &mut calls {
        assert!(poll(call.as_mut(), waker).is_pending());
    }
    door.unlock();
    let (first, rest) = calls.split_first_mut().unwrap();
    let mut driver = 0;
    for (call, (_, waker)) in std::iter::once(first).chain(rest) {
        assert!(poll(call.as_mut(), waker).is_ready());
        driver += 1;
    }
    assert_eq!(driver, 100);
}

#[test]
fn as_many_as_seven_that_are_kept_without_being_polled_do_not_stop_the_run() {
    let (ctx, flights, door) = (Context::background(), flights(), Door::default());
    let mut stuck: Vec<_> = (0..7).map(|_| (call(&flights, &ctx, &door), Wakes::new())).collect();
    for (call, (_, waker)) in &mut stuck {
        assert!(poll(call.as_mut(), waker).is_pending());
    }
    let (mut moving, (wakes, waker)) = (call(&flights, &ctx, &door), Wakes::new());
    assert!(poll(moving.as_mut(), &waker).is_pending());
    door.unlock();
    assert_eq!(wakes.count(), 1);
    assert!(poll(moving.as_mut(), &waker).is_ready());
}

/// A future that is kept, and not polled any more, must not keep the others waiting.
#[test]
fn a_driver_that_is_kept_without_being_polled_does_not_stop_the_run() {
    let (ctx, flights, door) = (Context::background(), flights(), Door::default());
    let ((_, waker), (other_wakes, other)) = (Wakes::new(), Wakes::new());
    let (mut stuck, mut moving) = (call(&flights, &ctx, &door), call(&flights, &ctx, &door));
    assert!(poll(stuck.as_mut(), &waker).is_pending());
    assert!(poll(moving.as_mut(), &other).is_pending());
    for round in 1..5 {
        door.knock();
        assert_eq!(other_wakes.count(), round);
        assert!(poll(moving.as_mut(), &other).is_pending());
    }
    door.unlock();
    assert!(matches!(poll(moving.as_mut(), &other), Poll::Ready(Ok(1))));
    assert!(matches!(poll(stuck.as_mut(), &waker), Poll::Ready(Ok(1))));
}

#[test]
fn who_is_polled_for_another_reason_does_not_poll_the_run() {
    let (ctx, flights, door) = (Context::background(), flights(), Door::default());
    let (_, waker) = Wakes::new();
    let mut only = call(&flights, &ctx, &door);
    assert!(poll(only.as_mut(), &waker).is_pending());
    // Opened, and not woken: a future that is ready wakes.
    door.0.lock().unwrap().1 = true;
    assert!(poll(only.as_mut(), &waker).is_pending());
    door.knock();
    assert!(poll(only.as_mut(), &waker).is_ready());
}

/// The waker of the last poll is the one that counts.
#[test]
fn a_caller_that_moves_to_another_task_is_woken_there() {
    let (ctx, flights, door) = (Context::background(), flights(), Door::default());
    let ((old_wakes, old), (new_wakes, new)) = (Wakes::new(), Wakes::new());
    let mut only = call(&flights, &ctx, &door);
    assert!(poll(only.as_mut(), &old).is_pending());
    assert!(poll(only.as_mut(), &new).is_pending());
    door.unlock();
    assert_eq!((old_wakes.count(), new_wakes.count()), (0, 1));
    assert!(poll(only.as_mut(), &new).is_ready());
}

#[test]
fn of_those_who_were_woken_and_go_the_last_passes_it_on() {
    let (ctx, flights, door) = (Context::background(), flights(), Door::default());
    let mut calls: Vec<_> = (0..8).map(|_| (call(&flights, &ctx, &door), Wakes::new())).collect();
    for (call, (_, waker)) in &mut calls {
        assert!(poll(call.as_mut(), waker).is_pending());
    }
    door.unlock();
    while calls.len() > 1 {
        let woken = calls.iter().position(|(_, (wakes, _))| wakes.count() > 0).unwrap();
        drop(calls.swap_remove(woken));
    }
    let (last, (wakes, waker)) = &mut calls[0];
    assert!(wakes.count() > 0);
    assert!(matches!(poll(last.as_mut(), waker), Poll::Ready(Ok(1))));
}
