//! What the lock of a flight guards.

use std::task::Waker;

use slab::Slab;

use super::shared::Body;

/// As many are woken for the body's sake: all of a small crowd, and of a large one enough that some are polled. Callers may be kept without being polled, as
/// the branches of a `select!` in a loop are, and whoever is woken first may be one of these. To wake all each time would cost a large crowd too much.
const ROUSED: usize = 8;

/// Some callers beside the one who drives are asked before it is given up to find one who has not been woken yet.
const ASKED: usize = 8;

pub(super) struct Desk<T> {
    pub(super) phase: Phase<T>,
    pub(super) callers: usize,
    /// Those who wait: one who has been woken, and was not polled since, has no waker here.
    pub(super) waiting: Slab<Option<Waker>>,
    /// The place of who polled the body last.
    pub(super) driver: Option<usize>,
    /// Where the search for another one begins.
    deputy: usize,
}

pub(super) enum Phase<T> {
    /// Nobody polls the body.
    Parked { body: Body<T>, woken: bool },
    /// Somebody polls it, and it may have been woken since.
    Polling { woken: bool },
    /// It has landed, or was given up.
    Over,
}

/// Callers who are to be woken, outside of the lock.
#[derive(Default)]
pub(super) struct Roused([Option<Waker>; ROUSED]);

impl Roused {
    pub(super) fn wake(self) {
        for waker in self.0.into_iter().flatten() {
            waker.wake();
        }
    }
}

impl<T> Desk<T> {
    pub(super) fn new(callers: usize) -> Self {
        Self { phase: Phase::Polling { woken: false }, callers, waiting: Slab::new(), driver: None, deputy: 0 }
    }

    /// A caller waits. Returns its last waker, to be dropped outside of the lock.
    pub(super) fn wait(&mut self, place: &mut Option<usize>, waker: Waker) -> Option<Waker> {
        if let Some(place) = place.and_then(|place| self.waiting.get_mut(place)) {
            return place.replace(waker);
        }
        *place = Some(self.waiting.insert(Some(waker)));
        None
    }

    /// A caller goes.
    pub(super) fn forget(&mut self, place: Option<usize>) -> Option<Waker> {
        let place = place?;
        if self.driver == Some(place) {
            self.driver = None;
        }
        self.waiting.try_remove(place)?
    }

    pub(super) fn mark_woken(&mut self) {
        if let Phase::Parked { woken, .. } = &mut self.phase {
            *woken = true;
        }
    }

    /// Who is to poll the body: who did so last, and some more.
    pub(super) fn rouse(&mut self) -> Roused {
        let mut roused = Roused::default();
        let [driver, deputies @ ..] = &mut roused.0;
        *driver = self.driver.and_then(|place| self.waiting.get_mut(place)?.take());
        for deputy in deputies {
            *deputy = self.take_deputy(ASKED);
            if deputy.is_none() {
                break;
            }
        }
        if roused.0.iter().all(Option::is_none) {
            roused.0[0] = self.take_deputy(self.waiting.capacity());
        }
        roused
    }

    fn take_deputy(&mut self, tries: usize) -> Option<Waker> {
        let places = self.waiting.capacity();
        (0..tries.min(places)).find_map(|_| {
            self.deputy = (self.deputy + 1) % places;
            self.waiting.get_mut(self.deputy)?.take()
        })
    }
}
