//! Where taskward itself spawns: tests see these tasks, too.

use std::future::Future;

use crate::roster::TaskInfo;

/// `future`, as a task of the test that the caller runs in, if it runs in one.
#[cfg(feature = "test-util")]
pub(crate) fn tracked<F: Future>(future: F, info: impl FnOnce() -> TaskInfo) -> crate::testing::Tracked<F> {
    match crate::testing::Session::current() {
        Some(session) => session.track(future, info()),
        None => crate::testing::Tracked::untracked(future),
    }
}

/// Nothing, without the feature.
#[cfg(not(feature = "test-util"))]
#[inline]
pub(crate) fn tracked<F: Future>(future: F, _: impl FnOnce() -> TaskInfo) -> F {
    future
}
