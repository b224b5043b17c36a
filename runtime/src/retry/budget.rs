//! [`RetryBudget`]: limits retries in relation to successes.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// One token, in the unit of the counter.
const TOKEN: u64 = 1000;

/// Limits the retries of all calls that share it, so that retries do not multiply the load on a
/// failing server.
///
/// A budget starts full. Each retry takes a token, and each success earns a part of one; without
/// tokens, a call returns its error at once. So occasional failures of a working service are
/// retried, and the retries of a failing one end after `tokens` of them.
///
/// Used by `#[retry(budget = …)]`, in a static or in a field:
///
/// ```
/// use taskward::{Context, ContextError, RetryBudget, retry};
///
/// static BUDGET: RetryBudget = RetryBudget::new(20);
///
/// #[derive(Debug, thiserror::Error)]
/// enum Error {
///     #[error("the server is down")]
///     Down,
///     #[error(transparent)]
///     Interrupted(#[from] ContextError),
/// }
///
/// #[retry(attempts = 3, backoff = "10ms..1s", budget = BUDGET)]
/// async fn ping(ctx: &Context) -> Result<(), Error> {
///     ctx.checkpoint().await?;
///     Err(Error::Down)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// ping(&Context::background()).await.unwrap_err();
/// assert_eq!(BUDGET.tokens(), 18);
/// # }
/// ```
///
/// Modelled on the retry throttling of gRPC.
pub struct RetryBudget {
    /// In thousandths of a token.
    left: AtomicU64,
    capacity: u64,
    per_success: u64,
}

impl RetryBudget {
    /// Creates a budget of `tokens` retries. Each success earns a tenth of a token; see
    /// [`per_success`](Self::per_success).
    ///
    /// ```
    /// use taskward::RetryBudget;
    ///
    /// static BUDGET: RetryBudget = RetryBudget::new(20).per_success(50);
    /// assert_eq!(BUDGET.tokens(), 20);
    /// ```
    #[must_use]
    pub const fn new(tokens: u32) -> Self {
        let capacity = tokens as u64 * TOKEN;
        Self { left: AtomicU64::new(capacity), capacity, per_success: TOKEN / 10 }
    }

    /// Sets the thousandths of a token that a success earns. With 100, the default, ten successes
    /// pay for one retry.
    #[must_use]
    pub const fn per_success(self, thousandths: u32) -> Self {
        Self { left: AtomicU64::new(self.capacity), capacity: self.capacity, per_success: thousandths as u64 }
    }

    /// Returns the number of retries left.
    ///
    /// ```
    /// use taskward::RetryBudget;
    ///
    /// assert_eq!(RetryBudget::new(20).tokens(), 20);
    /// ```
    #[must_use]
    pub fn tokens(&self) -> u32 {
        u32::try_from(self.left.load(Ordering::Relaxed) / TOKEN).unwrap_or(u32::MAX)
    }

    /// Takes a token, if there is one.
    pub(super) fn take(&self) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(TOKEN)).is_ok()
    }

    /// Records a success. Only reads a full budget, because calls on many threads share it.
    #[inline]
    pub(super) fn earn(&self) {
        if self.left.load(Ordering::Relaxed) < self.capacity {
            let earn = |left: u64| Some(left.saturating_add(self.per_success).min(self.capacity));
            let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earn);
        }
    }
}

impl fmt::Debug for RetryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryBudget").field("tokens", &self.tokens()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_by_retries_and_earned_by_successes() {
        let budget = RetryBudget::new(2).per_success(500);
        assert!(budget.take() && budget.take() && !budget.take());
        budget.earn();
        assert!(!budget.take());
        budget.earn();
        assert!(budget.take());
        (0..100).for_each(|_| budget.earn());
        assert_eq!(budget.tokens(), 2);
    }
}
