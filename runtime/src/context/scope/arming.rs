//! What ends a scope from outside: the timer of its deadline, and the token that it stands for.

use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire};

use tokio::time::Instant;

#[cfg(feature = "tokio-util")]
use super::Origin;
use super::ending::Ending;
use super::{DISARMED, ENDED, Observer, Scope};
use crate::context::alarm::{self, Alarm};
use crate::sync::lock;

impl Scope {
    /// Starts what ends this scope from outside: the timer of its deadline, the wait for its token.
    pub(super) fn arm(self: &Arc<Self>) {
        self.arm_token();
        let Some(at) = self.deadline else { return };
        let mut owner = self;
        while let Some(parent) = owner.parent.as_ref().filter(|parent| parent.deadline == self.deadline) {
            owner = parent;
        }
        if owner.may_arm() {
            match alarm::at(at, owner) {
                Some(Ok(alarm)) => owner.keep(alarm),
                Some(Err(alarm::Elapsed)) => owner.expire(),
                // No runtime to wait with: the deadline still counts whenever somebody looks.
                None => {}
            }
        }
    }

    #[cfg(feature = "tokio-util")]
    pub(super) fn arm_token(self: &Arc<Self>) {
        if let Origin::Token(token) = &self.origin
            && self.may_arm()
        {
            match alarm::on(token, self) {
                Ok(alarm) => self.keep(alarm),
                Err(alarm::Elapsed) => self.cancel(),
            }
        }
    }

    #[cfg(not(feature = "tokio-util"))]
    #[allow(clippy::unused_self)]
    pub(super) fn arm_token(self: &Arc<Self>) {}

    fn may_arm(&self) -> bool {
        let core = lock(&self.core);
        core.as_ref().is_none_or(|core| core.alarm.is_none()) && self.state.load(Acquire) & ENDED == 0
    }

    fn keep(&self, alarm: Alarm) {
        let mut core = lock(&self.core);
        if self.state.load(Acquire) & ENDED == 0 {
            core.get_or_insert_default().alarm.get_or_insert(alarm);
        }
    }

    /// Called by an alarm that went off.
    pub(crate) fn ring(self: &Arc<Self>) {
        if self.token_cancelled() {
            return;
        }
        if self.deadline.is_some_and(|at| Instant::now() >= at) {
            return self.expire();
        }
        self.disarm();
    }

    /// The alarm went off too early: the runtime that kept its timer is shutting down. Wakes all who wait, perhaps on
    /// another one, to start it anew.
    #[cold]
    fn disarm(self: &Arc<Self>) {
        let alarm = lock(&self.core).as_mut().and_then(|core| core.alarm.take());
        drop(alarm);
        let mut ending = Ending::default();
        let mut next = Some(self.clone());
        while let Some(scope) = next {
            scope.state.fetch_or(DISARMED, AcqRel);
            if let Some(core) = &*lock(&scope.core) {
                for (_, observer) in &core.observers {
                    match observer {
                        Observer::Waiter(waker) => ending.wakers.push(waker.clone()),
                        Observer::Child(child) => ending.scopes.extend(child.upgrade()),
                        Observer::Hook(_) => {}
                    }
                }
            }
            next = ending.scopes.pop();
        }
        ending.wake();
    }

    /// Ends the scope if it stands for a token that has been cancelled.
    #[cfg(feature = "tokio-util")]
    pub(super) fn token_cancelled(&self) -> bool {
        let cancelled = matches!(&self.origin, Origin::Token(token) if token.is_cancelled());
        if cancelled {
            self.cancel();
        }
        cancelled
    }

    #[cfg(not(feature = "tokio-util"))]
    #[allow(clippy::unused_self)]
    pub(super) fn token_cancelled(&self) -> bool {
        false
    }
}
