//! Who waits for whom, so that a circle is an error and not a hang.
//!
//! A wait says: each turn in the [chain](super::chain) of who waits ends only after the turn that is waited for. A wait that would close a circle of
//! these is refused. Only waits of a chain are noted: what nobody holds a turn for keeps nobody waiting.

use std::collections::BTreeSet;
use std::fmt;
use std::iter;
use std::sync::Arc;

use slab::Slab;

use super::Place;
use super::chain::{self, Link};
use crate::sync::plain::{Mutex, MutexGuard, lock};

struct Wait {
    chain: Arc<Link>,
    /// The turn that is waited for, and what for.
    wants: usize,
    place: Place,
}

/// All waits of chains.
pub(super) struct Waits {
    waits: Slab<Wait>,
    /// Each turn in the chain of a wait, and the wait.
    held: BTreeSet<(usize, usize)>,
}

impl Waits {
    pub(super) const fn new() -> Self {
        Self { waits: Slab::new(), held: BTreeSet::new() }
    }

    /// Notes that a chain waits, unless that closes a circle.
    pub(super) fn enter(&mut self, chain: Arc<Link>, wants: usize, place: Place) -> Result<usize, Circle> {
        let wait = Wait { chain, wants, place };
        if let Some(circle) = self.circle(&wait) {
            return Err(circle);
        }
        let key = self.waits.vacant_key();
        self.held.extend(wait.chain.chain().map(|link| (link.turn(), key)));
        self.waits.insert(wait);
        Ok(key)
    }

    pub(super) fn leave(&mut self, key: usize) {
        if let Some(wait) = self.waits.try_remove(key) {
            // Also those that have ended in the meantime.
            for link in iter::successors(Some(&wait.chain), |link| link.outer()) {
                self.held.remove(&(link.turn(), key));
            }
        }
    }

    /// The waits of those who hold the turn.
    fn of_holder(&self, turn: usize) -> impl Iterator<Item = (usize, &Wait)> {
        let waits = self.held.range((turn, 0)..=(turn, usize::MAX)).map(|(_, key)| *key);
        waits.filter_map(|key| Some((key, self.waits.get(key)?))).filter(move |(_, wait)| wait.chain.holds(turn))
    }

    /// Breadth first, so that the circle that is told is a shortest one.
    fn circle(&self, new: &Wait) -> Option<Circle> {
        struct Step<'w> {
            wait: &'w Wait,
            before: usize,
        }
        let mut steps = vec![Step { wait: new, before: 0 }];
        let mut seen = BTreeSet::new();
        let mut at = 0;
        while let Some(step) = steps.get(at) {
            let turn = step.wait.wants;
            if new.chain.holds(turn) {
                let mut places = Vec::new();
                while at != 0 {
                    let Step { wait, before } = steps[at];
                    places.push(wait.place);
                    places.extend(wait.chain.places_after(steps[before].wait.wants).into_iter().rev());
                    at = before;
                }
                places.push(new.place);
                places.extend(new.chain.places_after(turn).into_iter().rev());
                let first = new.chain.chain().find(|link| link.turn() == turn).map_or(new.place, Link::place);
                places.push(first);
                places.reverse();
                return Some(Circle(places));
            }
            let next: Vec<_> = self.of_holder(turn).filter(|(key, _)| seen.insert(*key)).collect();
            steps.extend(next.into_iter().map(|(_, wait)| Step { wait, before: at }));
            at += 1;
        }
        None
    }
}

/// What needs what, from the first to itself again.
#[derive(Debug)]
pub(super) struct Circle(Vec<Place>);

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, between @ .., _] = &self.0[..] else { return Ok(()) };
        write!(f, "{first} needs ")?;
        for place in between {
            write!(f, "{place}, which needs ")?;
        }
        if between.is_empty() { f.write_str("itself") } else { first.name(f) }
    }
}

static WAITS: Mutex<Waits> = Mutex::new(Waits::new());

fn waits() -> MutexGuard<'static, Waits> {
    lock(&WAITS)
}

/// While it lives, the chain of this thread waits for a turn.
pub(super) struct Waiting {
    key: usize,
}

impl Waiting {
    /// `None` outside of any turn.
    ///
    /// # Panics
    ///
    /// If the wait would never end.
    pub(super) fn begin(wants: usize, place: Place) -> Option<Self> {
        let chain = chain::current()?;
        let entered = waits().enter(chain, wants, place);
        match entered {
            Ok(key) => Some(Self { key }),
            Err(circle) => panic!("recursive initialisation: {circle}"),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        waits().leave(self.key);
    }
}
