//! The runtime of a test, configured like that of `#[tokio::test]`.

use std::future::Future;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, LocalOptions, LocalRuntime, Runtime};

use super::exit;

#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(super) flavor: Flavor,
    pub(super) worker_threads: Option<usize>,
    pub(super) start_paused: bool,
    pub(super) name: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Flavor {
    CurrentThread,
    MultiThread,
    Local,
}

pub(crate) enum Running {
    Sendable(Runtime),
    Local(LocalRuntime),
}

impl Machine {
    pub(crate) const fn new() -> Self {
        Self { flavor: Flavor::CurrentThread, worker_threads: None, start_paused: false, name: None }
    }

    /// Starts the runtime of a test.
    ///
    /// # Panics
    ///
    /// If the system cannot create a runtime, or the clock is to be paused with several threads.
    pub(crate) fn start(&self, test: &'static str) -> Running {
        let mut builder = match self.flavor {
            Flavor::MultiThread => Builder::new_multi_thread(),
            Flavor::CurrentThread | Flavor::Local => Builder::new_current_thread(),
        };
        builder.enable_all().start_paused(self.start_paused);
        builder.on_thread_start(move || exit::begin(test)).on_thread_stop(exit::end);
        if let Some(threads) = self.worker_threads {
            builder.worker_threads(threads);
        }
        if let Some(name) = &self.name {
            builder.name(name.clone());
        }
        let running = match self.flavor {
            Flavor::Local => builder.build_local(LocalOptions::default()).map(Running::Local),
            Flavor::CurrentThread | Flavor::MultiThread => builder.build().map(Running::Sendable),
        };
        running.unwrap_or_else(|error| panic!("cannot build the runtime: {error}"))
    }
}

impl Running {
    pub(crate) fn handle(&self) -> &Handle {
        match self {
            Self::Sendable(runtime) => runtime.handle(),
            Self::Local(runtime) => runtime.handle(),
        }
    }

    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        match self {
            Self::Sendable(runtime) => runtime.block_on(future),
            Self::Local(runtime) => runtime.block_on(future),
        }
    }

    /// Drops all tasks, and waits for blocked threads. Returns whether any are left.
    pub(crate) fn shut_down(self, patience: Duration) -> bool {
        let began = Instant::now();
        match self {
            Self::Sendable(runtime) => runtime.shutdown_timeout(patience),
            Self::Local(runtime) => runtime.shutdown_timeout(patience),
        }
        began.elapsed() >= patience
    }
}
