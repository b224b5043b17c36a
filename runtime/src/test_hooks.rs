//! Hooks through which tests see the tasks that taskward itself spawns.

use std::future::Future;

use crate::registry::TaskInfo;

/// Registers `future` as a task of the current test, if there is one.
#[cfg(feature = "test-util")]
pub(crate) fn tracked<F: Future>(future: F, info: impl FnOnce() -> TaskInfo) -> crate::testing::Tracked<F> {
    match crate::testing::Session::current() {
        Some(session) => session.track(future, info()),
        None => crate::testing::Tracked::untracked(future),
    }
}

/// Returns `future` unchanged: the feature is off.
#[cfg(not(feature = "test-util"))]
#[inline]
pub(crate) fn tracked<F: Future>(future: F, _: impl FnOnce() -> TaskInfo) -> F {
    future
}
