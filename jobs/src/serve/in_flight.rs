//! At most one statement in execution.

use std::future::pending;

use futures_util::future::BoxFuture;

/// Room for one future.
pub(super) struct InFlight<T>(Option<BoxFuture<'static, T>>);

impl<T> InFlight<T> {
    pub(super) const fn none() -> Self {
        Self(None)
    }

    pub(super) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn start(&mut self, future: impl Future<Output = T> + Send + 'static) {
        self.0 = Some(Box::pin(future));
    }

    /// Waits for the future. Without one, for ever.
    ///
    /// # Cancellation safety
    ///
    /// The future stays.
    pub(super) async fn done(&mut self) -> T {
        let Some(future) = &mut self.0 else { return pending().await };
        let output = future.await;
        self.0 = None;
        output
    }
}
