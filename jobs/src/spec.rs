//! The options of `#[worker_pool(jobs = …)]`, as the expansion writes them.
#![allow(missing_docs)]

use std::time::Duration;

/// The options of a function whose items are jobs.
#[derive(Debug)]
pub struct Spec {
    pub(crate) queue: &'static str,
    pub(crate) function: &'static str,
    attempts: Option<u32>,
    backoff: (Duration, Duration),
    pub(crate) lease: Duration,
}

/// The number of attempts at an item whose worker dies, without the option `attempts`.
const DELIVERIES: u32 = 3;

impl Spec {
    #[must_use]
    pub const fn new(queue: &'static str, function: &'static str) -> Self {
        let backoff = (Duration::from_secs(1), Duration::from_mins(1));
        Self { queue, function, attempts: None, backoff, lease: Duration::from_secs(30) }
    }

    /// # Panics
    ///
    /// If `attempts` is zero.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        assert!(attempts > 0, "a job needs at least one attempt");
        self.attempts = Some(attempts);
        self
    }

    /// # Panics
    ///
    /// If `longest` is shorter than `first`.
    #[must_use]
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        assert!(first.as_nanos() <= longest.as_nanos(), "the first pause between attempts is longer than the longest");
        self.backoff = (first, longest);
        self
    }

    /// # Panics
    ///
    /// If `lease` is shorter than 100 ms.
    #[must_use]
    pub const fn lease(mut self, lease: Duration) -> Self {
        assert!(
            lease.as_millis() >= 100,
            "the lease of a job is at least 100 ms, or it ends between two signs of life"
        );
        self.lease = lease;
        self
    }

    /// Returns the number of attempts at an item that fails: 1, as in a pool, without `attempts`.
    pub(crate) fn tries(&self) -> u32 {
        self.attempts.unwrap_or(1)
    }

    /// Returns the number of attempts at an item whose worker dies.
    pub(crate) fn deliveries(&self) -> u32 {
        self.attempts.unwrap_or(DELIVERIES)
    }

    /// Returns the pause after so many attempts: full jitter between the first pause and one that
    /// doubles with each attempt.
    pub(crate) fn pause(&self, attempts: u32) -> Duration {
        let (first, longest) = self.backoff;
        let highest = first.saturating_mul(2_u32.saturating_pow(attempts)).min(longest);
        let range = u64::try_from(highest.saturating_sub(first).as_nanos()).unwrap_or(u64::MAX);
        first + Duration::from_nanos(fastrand::u64(..=range))
    }
}

/// Returns a duration in the unit of the database.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_within_their_bounds() {
        let spec = Spec::new("q", "f").backoff(Duration::from_millis(10), Duration::from_millis(100));
        for attempts in 1..40 {
            let pause = spec.pause(attempts);
            assert!((Duration::from_millis(10)..=Duration::from_millis(100)).contains(&pause), "{pause:?}");
        }
        let constant = Spec::new("q", "f").backoff(Duration::ZERO, Duration::ZERO);
        assert_eq!(constant.pause(u32::MAX), Duration::ZERO);
    }

    #[test]
    fn without_attempts_only_a_death_is_another_chance() {
        let spec = Spec::new("q", "f");
        assert_eq!((spec.tries(), spec.deliveries()), (1, 3));
        let spec = spec.attempts(2);
        assert_eq!((spec.tries(), spec.deliveries()), (2, 2));
    }
}
