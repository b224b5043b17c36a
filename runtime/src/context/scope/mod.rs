//! The cancellation tree: one [`Scope`] for each context that can end on its own.
//!
//! # Invariants
//!
//! 1. A scope ends once. `ENDED` is set before any observer is told, and never cleared; `Core::why` is written only
//!    by the one who ends the scope, under its lock, and `None` behind `ENDED` means "cancelled without a cause".
//! 2. A scope is linked into its parent (`ATTACHED`) only when something waits on it or on a descendant, ancestors
//!    first. So whoever is attached learns of the end of any ancestor from its own `state`; whoever is not looks up
//!    the chain. A scope without a parent counts as attached.
//! 3. Registering sets `OBSERVED` under the lock and then looks for `ENDED`; ending sets `ENDED` and then looks for
//!    `OBSERVED`, and if it is there takes the lock to drain. One of the two sees the other: no lost wake-up. `OBSERVED`
//!    is never cleared, so once it is there, looking for `ENDED` is enough: who ends will drain, after or before.
//! 4. Locks are taken child before parent, and only by [`Scope::attach_to_parent`]; ending holds one lock at a time.
//!    No user code (wakers, hooks, drops) runs under a lock.
//! 5. Nothing recurses along the tree: ending works off a list, dropping a chain loops.

use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use slab::Slab;
use tokio::time::Instant;

use self::ending::Ending;
pub(crate) use self::observers::{Hook, Observer};
use super::alarm::Alarm;
use super::announce::Announcements;
use crate::error::{ContextError, Limit};
use crate::sync::{AtomicU8, Mutex, get_mut, lock};

mod arming;
mod drawers;
mod ending;
mod flight;
mod observers;
#[cfg(all(test, not(taskward_loom)))]
mod tests;

/// The scope has ended.
const ENDED: u8 = 1;
/// Something was registered in `observers`, perhaps long ago.
const OBSERVED: u8 = 2;
/// Linked into the parent, or without one.
const ATTACHED: u8 = 4;
/// Ends by itself: at a deadline, or with a token.
const TIMED: u8 = 8;
/// The timer of this scope or of an ancestor was lost with its runtime: whoever waits next starts it anew.
const DISARMED: u8 = 16;
/// Comes with `ENDED`: there may be a `Core::why`.
const EXPLAINED: u8 = 32;

/// The root of this scope is that of a single flight.
const FLIGHT: u8 = 128;

/// How many unattached ancestors a look at the state walks before it links the chain, to stay cheap in deep trees.
const WALK: usize = 16;

pub(crate) struct Scope {
    state: AtomicU8,
    parent: Option<Arc<Scope>>,
    /// The earliest deadline among this scope and its ancestors.
    deadline: Option<Instant>,
    origin: Origin,
    /// Made when it is first needed: most scopes are finished before anything waits on them.
    core: Mutex<Option<Box<Core>>>,
}

/// What ends a scope besides its canceller and its parent.
pub(crate) enum Origin {
    Cancel,
    /// `Scope::deadline` is this scope's own.
    Limit(Limit),
    /// The last caller of a single flight. There is a deadline if the first caller has one.
    Flight(Option<Box<Mutex<flight::Until>>>),
    #[cfg(feature = "tokio-util")]
    Token(tokio_util::sync::CancellationToken),
}

#[derive(Default)]
struct Core {
    why: Option<ContextError>,
    observers: Slab<Observer>,
    /// This scope's place among its parent's observers.
    link: Option<usize>,
    alarm: Option<Alarm>,
    /// What the calls that wait keep here. Rare.
    drawers: Option<Box<Slab<Announcements>>>,
}

impl Scope {
    pub(crate) fn new(parent: Option<Arc<Scope>>, origin: Origin, deadline: Option<Instant>) -> Self {
        let inherited = parent.as_ref().and_then(|parent| parent.deadline);
        let deadline = match (deadline, inherited) {
            (Some(own), Some(inherited)) => Some(own.min(inherited)),
            (own, inherited) => own.or(inherited),
        };
        let attached = if parent.is_none() { ATTACHED } else { 0 };
        let timed = match &origin {
            Origin::Cancel if deadline.is_none() => 0,
            Origin::Flight(None) => FLIGHT,
            Origin::Flight(Some(_)) => FLIGHT | TIMED,
            _ => TIMED,
        };
        // What ends a flight without a timer of its own ends what is derived from it, too.
        let above = parent.as_ref().map_or(0, |parent| parent.state.load(Relaxed));
        let flight = if above & FLIGHT == 0 { 0 } else { above & (FLIGHT | TIMED) };
        Self { state: AtomicU8::new(attached | timed | flight), parent, deadline, origin, core: Mutex::new(None) }
    }

    #[inline]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether this scope has ended. One atomic load for an attached scope without a deadline.
    #[inline]
    pub(crate) fn has_ended(self: &Arc<Self>) -> bool {
        let state = self.state.load(Acquire);
        if state & (ENDED | ATTACHED | TIMED) == ATTACHED {
            return false;
        }
        state & ENDED != 0 || self.look_further(state)
    }

    /// For a scope that was made just now: whether it begins alive, as far as can be said without another look at the clock.
    pub(crate) fn begins_alive(&self) -> bool {
        let Origin::Limit(Limit { duration: Some(limit), .. }) = &self.origin else { return false };
        !limit.is_zero() && self.parent.as_ref().is_none_or(|parent| parent.deadline.is_none() && !parent.has_ended())
    }

    /// Whether this scope has ended, or will have as soon as whoever ends an ancestor gets here.
    pub(crate) fn is_ending(&self) -> bool {
        let mut scope = self;
        loop {
            if scope.state.load(Acquire) & ENDED != 0 || scope.token_cancelled() {
                return true;
            }
            match &scope.parent {
                Some(parent) => scope = parent,
                None => return self.current_deadline().is_some_and(|at| Instant::now() >= at),
            }
        }
    }

    fn look_further(self: &Arc<Self>, state: u8) -> bool {
        let mut above = &self.parent;
        let mut walked = 0;
        while let (0, Some(parent)) = (state & ATTACHED, above) {
            let state = parent.state.load(Acquire);
            if state & ENDED != 0 || parent.token_cancelled() {
                self.inherit(parent);
                return true;
            }
            if state & ATTACHED != 0 {
                break;
            }
            walked += 1;
            if walked > WALK {
                self.attach();
                if self.state.load(Acquire) & ENDED != 0 {
                    return true;
                }
                break;
            }
            above = &parent.parent;
        }
        if self.token_cancelled() {
            return true;
        }
        if self.deadline.is_some_and(|at| Instant::now() >= at) {
            self.expire();
            return true;
        }
        state & FLIGHT != 0 && self.outlasts_flight()
    }

    /// Why the scope ended. Only to be asked after [`has_ended`](Self::has_ended).
    #[cold]
    pub(crate) fn why(&self) -> ContextError {
        if self.state.load(Acquire) & EXPLAINED == 0 {
            return ContextError::cancelled();
        }
        lock(&self.core).as_ref().and_then(|core| core.why.clone()).unwrap_or_else(ContextError::cancelled)
    }

    /// Ends this scope and the unattached ones between it and `ancestor`, which has ended.
    #[cold]
    fn inherit(&self, ancestor: &Arc<Scope>) {
        let why = ancestor.why();
        let mut scope = self;
        loop {
            scope.end(&why);
            match &scope.parent {
                Some(parent) if !Arc::ptr_eq(parent, ancestor) => scope = parent,
                _ => return,
            }
        }
    }

    /// Ends the scope whose deadline has passed, and this one with it.
    #[cold]
    fn expire(&self) {
        let owner = self.deadline_owner();
        if let Origin::Limit(limit) = &owner.origin {
            owner.end(&ContextError::deadline(*limit));
        }
        // Another thread may be on its way down from the owner: do not wait for it.
        self.end(&owner.why());
    }

    /// What set the deadline.
    pub(crate) fn limit(&self) -> Limit {
        match &self.deadline_owner().origin {
            Origin::Limit(limit) => *limit,
            _ => Limit::default(),
        }
    }

    fn deadline_owner(&self) -> &Self {
        let mut scope = self;
        loop {
            let next = scope.parent.as_deref().filter(|parent| parent.deadline == self.deadline);
            match next {
                // The outermost of equal deadlines: it is the one that was there first.
                Some(parent) => scope = parent,
                None => return scope,
            }
        }
    }

    /// Cancels without a cause: one atomic operation while nothing is registered.
    pub(crate) fn cancel(&self) {
        let before = self.state.fetch_or(ENDED, AcqRel);
        if before & ENDED == 0 && before & OBSERVED != 0 {
            Ending::default().run(self, &ContextError::cancelled());
        }
    }

    /// Cancels, unless nobody could see it.
    pub(crate) fn abandon(self: &Arc<Self>) {
        if Arc::strong_count(self) > 1 || self.state.load(Acquire) & OBSERVED != 0 {
            self.cancel();
        }
    }

    /// Ends this scope and everything below it, unless it has ended already: the first cause wins.
    pub(crate) fn end(&self, why: &ContextError) {
        if self.mark(why) {
            Ending::default().run(self, why);
        }
    }

    /// Sets `ENDED` with its reason. Returns false if somebody else did.
    fn mark(&self, why: &ContextError) -> bool {
        let mut core = lock(&self.core);
        if self.state.load(Acquire) & ENDED != 0 {
            return false;
        }
        // "Cancelled without a cause" is what a missing reason means.
        let mut end = ENDED;
        if why.cause().is_some() {
            core.get_or_insert_default().why = Some(why.clone());
            end |= EXPLAINED;
        }
        let first = self.state.fetch_or(end, AcqRel) & ENDED == 0;
        if let (false, Some(core)) = (first, &mut *core) {
            // `cancel` came in between; nobody has read `why`, because we hold the lock.
            core.why = None;
        }
        first
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        fn unlink(scope: &mut Scope) -> Option<Arc<Scope>> {
            let parent = scope.parent.take()?;
            let core = get_mut(&mut scope.core);
            if let Some(link) = core.as_mut().and_then(|core| core.link.take()) {
                drop(parent.forget(link));
            }
            Some(parent)
        }
        let mut next = unlink(self);
        while let Some(mut parent) = next.and_then(Arc::into_inner) {
            next = unlink(&mut parent);
        }
    }
}
