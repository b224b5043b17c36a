//! The end of a limit, in half the size of an `Instant`.

use std::time::Duration;

use tokio::time::Instant;

use crate::sync::plain::Lazy;

/// Nanoseconds since the first clock reading of this process. The future of each limited call
/// stores one.
#[derive(Clone, Copy)]
pub(super) struct At(i64);

impl At {
    /// Not started, or too far in the future to be represented.
    pub(super) const NEVER: Self = Self(i64::MAX);

    pub(super) fn new(at: Option<Instant>) -> Self {
        let Some(at) = at else { return Self::NEVER };
        let nanos = |from: Instant, to: Instant| i64::try_from(to.saturating_duration_since(from).as_nanos());
        // A paused clock may be behind the base.
        let base = base();
        let since = if at >= base { nanos(base, at) } else { nanos(at, base).map(|before| -before) };
        Self(since.unwrap_or(i64::MAX))
    }

    pub(super) fn instant(self) -> Option<Instant> {
        let distance = Duration::from_nanos(self.0.unsigned_abs());
        match self.0 {
            i64::MAX => None,
            0.. => base().checked_add(distance),
            _ => base().checked_sub(distance),
        }
    }
}

fn base() -> Instant {
    static BASE: Lazy<Instant> = Lazy::new(Instant::now);
    *BASE
}
