//! The wait-for graph: a cycle is an error instead of a hang.
//!
//! Each wait adds edges: every lock in the waiter's [chain](super::chain) is released only after
//! the lock that it waits for. A wait that would close a cycle is refused. Waits outside of any
//! initializer hold no lock and are not in the graph.
//!
//! A wait with a deadline ends by itself and lets the others go on, so it is not part of a cycle.
//! A chain that waits for its own lock is refused in any case, because it can never succeed.

use std::collections::BTreeSet;
use std::fmt;
use std::iter;
use std::sync::Arc;

use slab::Slab;

use super::chain::{self, Link};
use super::place::Place;
use crate::context::call::current::with_current;
use crate::sync::plain::{Mutex, MutexGuard, lock};

struct Wait {
    chain: Arc<Link>,
    /// The lock that is waited for.
    wants: usize,
    place: Place,
    /// The wait ends by itself.
    has_deadline: bool,
}

/// All waits of initializers.
pub(super) struct WaitGraph {
    waits: Slab<Wait>,
    /// Pairs of a lock in the chain of a wait and the wait.
    held: BTreeSet<(usize, usize)>,
}

impl WaitGraph {
    pub(super) const fn new() -> Self {
        Self { waits: Slab::new(), held: BTreeSet::new() }
    }

    /// Adds a wait, unless it closes a cycle.
    pub(super) fn enter(
        &mut self,
        chain: Arc<Link>,
        wants: usize,
        place: Place,
        has_deadline: bool,
    ) -> Result<usize, Cycle> {
        let wait = Wait { chain, wants, place, has_deadline };
        if let Some(cycle) = self.cycle(&wait) {
            return Err(cycle);
        }
        let key = self.waits.vacant_key();
        self.held.extend(wait.chain.chain().map(|link| (link.lock(), key)));
        self.waits.insert(wait);
        Ok(key)
    }

    pub(super) fn leave(&mut self, key: usize) {
        if let Some(wait) = self.waits.try_remove(key) {
            // Includes locks that were released in the meantime.
            for link in iter::successors(Some(&wait.chain), |link| link.outer()) {
                self.held.remove(&(link.lock(), key));
            }
        }
    }

    /// Returns the waits of the holder of a lock.
    fn of_holder(&self, lock_id: usize) -> impl Iterator<Item = (usize, &Wait)> {
        let waits = self.held.range((lock_id, 0)..=(lock_id, usize::MAX)).map(|(_, key)| *key);
        waits.filter_map(|key| Some((key, self.waits.get(key)?))).filter(move |(_, wait)| wait.chain.holds(lock_id))
    }

    /// Searches breadth first, so that the cycle found is a shortest one.
    fn cycle(&self, new: &Wait) -> Option<Cycle> {
        struct Step<'w> {
            wait: &'w Wait,
            before: usize,
        }
        let mut steps = vec![Step { wait: new, before: 0 }];
        let mut seen = BTreeSet::new();
        let mut at = 0;
        while let Some(step) = steps.get(at) {
            let lock_id = step.wait.wants;
            if new.chain.holds(lock_id) {
                let mut places = Vec::new();
                while at != 0 {
                    let Step { wait, before } = steps[at];
                    places.push(wait.place);
                    places.extend(wait.chain.places_after(steps[before].wait.wants).into_iter().rev());
                    at = before;
                }
                places.push(new.place);
                places.extend(new.chain.places_after(lock_id).into_iter().rev());
                let first = new.chain.chain().find(|link| link.lock() == lock_id).map_or(new.place, Link::place);
                places.push(first);
                places.reverse();
                return Some(Cycle(places));
            }
            if new.has_deadline {
                return None;
            }
            let lasting = self.of_holder(lock_id).filter(|(_, wait)| !wait.has_deadline);
            let next: Vec<_> = lasting.filter(|(key, _)| seen.insert(*key)).collect();
            steps.extend(next.into_iter().map(|(_, wait)| Step { wait, before: at }));
            at += 1;
        }
        None
    }
}

/// The places of a cycle, from the first back to itself.
#[derive(Debug)]
pub(super) struct Cycle(Vec<Place>);

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, between @ .., _] = &self.0[..] else { return Ok(()) };
        write!(f, "{first} needs ")?;
        for place in between {
            write!(f, "{place}, which needs ")?;
        }
        if between.is_empty() { f.write_str("itself") } else { first.name(f) }
    }
}

static WAITS: Mutex<WaitGraph> = Mutex::new(WaitGraph::new());

fn waits() -> MutexGuard<'static, WaitGraph> {
    lock(&WAITS)
}

/// A registered wait of this thread's chain, until dropped.
pub(super) struct RegisteredWait {
    key: usize,
}

impl RegisteredWait {
    /// Returns `None` outside of any initializer.
    ///
    /// # Panics
    ///
    /// If the wait would never end.
    pub(super) fn begin(wants: usize, place: Place) -> Option<Self> {
        let chain = chain::current()?;
        let has_deadline = with_current(|ctx| ctx.deadline().is_some());
        let entered = waits().enter(chain, wants, place, has_deadline);
        match entered {
            Ok(key) => Some(Self { key }),
            Err(cycle) => panic!("recursive initialisation: {cycle}"),
        }
    }
}

impl Drop for RegisteredWait {
    fn drop(&mut self) {
        waits().leave(self.key);
    }
}
