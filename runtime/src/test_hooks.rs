//! Hooks through which tests see the tasks spawned by taskward itself.

use std::any::Any;
use std::future::Future;

use tokio::task::JoinError;

use crate::registry::TaskInfo;

/// Registers `future` as a task of the current test, if there is one.
#[cfg(feature = "test-util")]
pub(crate) fn tracked<F: Future>(future: F, info: impl FnOnce() -> TaskInfo) -> crate::testing::Tracked<F> {
    match crate::testing::Session::current() {
        Some(session) => session.track(future, info()),
        None => crate::testing::Tracked::untracked(future),
    }
}

/// Returns `future` unchanged, without the feature.
#[cfg(not(feature = "test-util"))]
#[inline]
pub(crate) fn tracked<F: Future>(future: F, _: impl FnOnce() -> TaskInfo) -> F {
    future
}

/// Records that a panic of the current task is kept in `payload` for a caller that joins.
#[cfg_attr(not(feature = "test-util"), allow(unused_variables))]
pub(crate) fn panic_held(payload: &(dyn Any + Send)) {
    #[cfg(feature = "test-util")]
    if let Some(session) = crate::testing::Session::current() {
        session.panics().held(payload);
    }
}

/// Records that a caller receives the payload of a panic that was [held](panic_held).
#[cfg_attr(not(feature = "test-util"), allow(unused_variables))]
pub(crate) fn panic_received(payload: &(dyn Any + Send)) {
    #[cfg(feature = "test-util")]
    if let Some(session) = crate::testing::Session::current() {
        session.panics().received_payload(payload);
    }
}

/// Records that a caller receives the panic of a task it has joined.
#[cfg_attr(not(feature = "test-util"), allow(unused_variables))]
pub(crate) fn joined(error: &JoinError) {
    #[cfg(feature = "test-util")]
    crate::testing::receive_panic(error);
}
