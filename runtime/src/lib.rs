#![doc = include_str!("../docs/crate.md")]
#![doc = include_str!("../docs/features.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod age;
mod causes;
pub mod channel;
#[cfg(doc)]
#[doc = include_str!("../docs/choices.md")]
pub mod choices {}
mod context;
#[cfg(doc)]
#[doc = include_str!("../docs/costs.md")]
pub mod costs {}
#[cfg(doc)]
#[doc = include_str!("../docs/differences.md")]
pub mod differences {}
mod edge;
mod error;
#[cfg(feature = "serde")]
mod error_serde;
mod flight;
mod group;
#[cfg(doc)]
pub mod guide;
mod init;
#[cfg(doc)]
#[doc = include_str!("../docs/leaks.md")]
pub mod leaks {}
mod limit;
mod located;
#[cfg(all(doc, feature = "metrics"))]
#[doc = include_str!("../docs/meters.md")]
pub mod meters {}
#[cfg(any(feature = "metrics", feature = "tracing"))]
mod observed;
mod outcome;
mod park;
mod payload;
mod pool;
#[cfg_attr(not(feature = "signal"), expect(dead_code, reason = "only a shutdown asks who is alive"))]
mod registry;
mod retry;
#[cfg(doc)]
pub mod rules;
#[cfg(feature = "signal")]
mod shutdown;
mod size_gauge;
mod span;
#[cfg(all(doc, feature = "tracing"))]
#[doc = include_str!("../docs/spans.md")]
pub mod spans {}
mod sync;
mod task_output;
mod test_hooks;
#[cfg(feature = "test-util")]
pub mod testing;
#[cfg(any(feature = "dump", feature = "test-util"))]
mod waits;
mod waker_slot;

/// The span of `#[cancellable(span, fields(…))]`.
#[cfg(feature = "tracing")]
#[doc(hidden)]
#[macro_export]
macro_rules! __span_of {
    ($observation:expr, $name:literal $(, $($fields:tt)+)?) => {
        $observation.span($crate::__private::tracing::info_span!(
            $name,
            outcome = $crate::__private::tracing::field::Empty,
            otel.status_code = $crate::__private::tracing::field::Empty
            $(, $($fields)+)?
        ))
    };
}

#[cfg(not(feature = "tracing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __span_of {
    ($($any:tt)*) => {
        compile_error!("`span` needs the feature `tracing` of `taskward`")
    };
}

/// The metrics of `#[cancellable(metrics)]`.
#[cfg(feature = "metrics")]
#[doc(hidden)]
#[macro_export]
macro_rules! __metrics_of {
    ($observation:expr, $name:literal) => {
        $observation.metrics($name)
    };
}

#[cfg(not(feature = "metrics"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __metrics_of {
    ($($any:tt)*) => {
        compile_error!("`metrics` needs the feature `metrics` of `taskward`")
    };
}

#[doc(hidden)]
#[path = "macro_support.rs"]
pub mod __private;

pub use crate::causes::{ClientGone, ShuttingDown};
pub use crate::channel::channel;
pub use crate::context::{CancelHook, Canceller, Context, Shield, WaitForCancel};
#[cfg(feature = "axum")]
pub use crate::edge::MissingContext;
pub use crate::error::{Cancelled, Cause, ContextError, DeadlineExceeded};
pub use crate::flight::SingleFlight;
pub use crate::group::{Admission, GroupHandle, Room, TaskGroup, TaskHandle, TrySpawnError};
pub use crate::init::lazy::{Lazy, LazyGuard};
pub use crate::init::once::Once;
pub use crate::outcome::{InterruptedError, Outcome};
pub use crate::pool::{Progress, WorkerPool, WorkerStream};
pub use crate::registry::{LiveTask, LiveTasks, TaskInfo, live_tasks};
pub use crate::retry::RetryBudget;
#[cfg(feature = "signal")]
pub use crate::shutdown::{Shutdown, Signal, Stopped};
pub use crate::task_output::PoolOutput;
#[cfg(feature = "dump")]
pub use crate::waits::place::Place;

#[doc = include_str!("../docs/defer.md")]
pub use scopeguard::defer;
#[cfg(feature = "test-util")]
#[doc = include_str!("../docs/cancel_test.md")]
#[doc = include_str!("../docs/bugs.md")]
pub use taskward_macros::cancel_test;
#[doc = include_str!("../docs/cancellable.md")]
pub use taskward_macros::cancellable;
#[doc = include_str!("../docs/enforce.md")]
pub use taskward_macros::enforce;
#[doc = include_str!("../docs/lazy.md")]
pub use taskward_macros::lazy;
#[cfg(feature = "signal")]
#[doc = include_str!("../docs/main.md")]
pub use taskward_macros::main;
#[doc = include_str!("../docs/once.md")]
pub use taskward_macros::once;
#[cfg(feature = "test-util")]
#[doc = include_str!("../docs/race_test.md")]
pub use taskward_macros::race_test;
#[doc = include_str!("../docs/retry.md")]
pub use taskward_macros::retry;
#[doc = include_str!("../docs/single_flight.md")]
pub use taskward_macros::single_flight;
#[cfg(feature = "test-util")]
#[doc = include_str!("../docs/test.md")]
pub use taskward_macros::test;
#[doc = include_str!("../docs/with_timeout.md")]
pub use taskward_macros::with_timeout;
#[doc = include_str!("../docs/worker_pool.md")]
pub use taskward_macros::worker_pool;
