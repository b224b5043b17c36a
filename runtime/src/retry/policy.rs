//! Decides whether and when there is another attempt.
#![allow(missing_docs)]

use std::time::Duration;

use super::budget::RetryBudget;

/// The number of attempts and the pauses between them.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    attempts: u32,
    first: Duration,
    longest: Duration,
}

impl RetryPolicy {
    /// Allows up to `attempts` attempts. Pauses start at `first` and double up to `longest`, with
    /// jitter.
    ///
    /// # Panics
    ///
    /// If `attempts` is zero, or `longest` is shorter than `first`.
    #[must_use]
    pub const fn new(attempts: u32, first: Duration, longest: Duration) -> Self {
        assert!(attempts > 0, "`#[retry]` needs at least one attempt");
        assert!(first.as_nanos() <= longest.as_nanos(), "the first pause of `#[retry]` is longer than the longest");
        Self { attempts, first, longest }
    }

    pub(super) fn allows(&self, attempt: u32) -> bool {
        attempt < self.attempts
    }

    /// Returns the pause after `attempts` attempts: full jitter between the first pause and one
    /// that doubles with each attempt.
    pub(super) fn pause(&self, attempts: u32) -> Duration {
        let highest = self.first.saturating_mul(2_u32.saturating_pow(attempts)).min(self.longest);
        let range = u64::try_from(highest.saturating_sub(self.first).as_nanos()).unwrap_or(u64::MAX);
        self.first + Duration::from_nanos(fastrand::u64(..=range))
    }
}

/// The options of the attribute.
pub struct RetryRules<'b, W> {
    pub policy: &'b RetryPolicy,
    /// Selects the errors worth another attempt.
    pub when: W,
    pub budget: Option<&'b RetryBudget>,
}

/// The default of `when`.
#[must_use]
pub fn retry_always<E>(_: &E) -> bool {
    true
}

/// Returns `when` unchanged. Lets the compiler infer the parameter of a closure.
#[must_use]
pub fn retry_when<E, W: Fn(&E) -> bool>(when: W) -> W {
    when
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_between_the_bounds_and_spread_out() {
        let (first, longest) = (Duration::from_millis(100), Duration::from_secs(5));
        let policy = RetryPolicy::new(u32::MAX, first, longest);
        for attempts in 1..100 {
            let pause = policy.pause(attempts);
            let doubled = first.saturating_mul(2_u32.saturating_pow(attempts));
            assert!(pause >= first && pause <= longest.min(doubled), "{attempts}: {pause:?}");
        }
        let pauses: Vec<_> = (0..100).map(|_| policy.pause(9)).collect();
        assert!(pauses.iter().max() > pauses.iter().min());
        let constant = RetryPolicy::new(2, first, first);
        assert_eq!(constant.pause(7), first);
        let huge = RetryPolicy::new(2, Duration::from_nanos(1), Duration::MAX);
        assert!(huge.pause(u32::MAX) >= Duration::from_nanos(1));
    }
}
