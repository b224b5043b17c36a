//! The ways to cancel a future at a suspension.

use std::fmt;

/// A way in which a cancel test cancels a future at a suspension.
///
/// ```
/// use taskward::testing::{CancelTest, Cancellation, cancellable};
///
/// let test = CancelTest::new().by(Cancellation::CONTEXT);
/// test.explore(|ctx| async move {
///     cancellable(ctx.run(tokio::task::yield_now())).await;
/// })
/// .unwrap();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cancellation {
    /// Drops the future as soon as it is pending.
    DropNow,
    /// Drops the future instead of polling it the next time, when the awaited value may already
    /// have been handed to it.
    DropWoken,
    /// Cancels the test's context while the future is pending.
    Cancel,
    /// Cancels the test's context before the future is polled the next time.
    CancelWoken,
    /// Lets the deadline of the test's context pass while the future is pending.
    Deadline,
}

impl Cancellation {
    /// The ways that drop the future; the default of a [`CancelTest`](super::CancelTest).
    pub const DROP: [Self; 2] = [Self::DropNow, Self::DropWoken];
    /// The ways that end the test's context and let the future end by itself.
    pub const CONTEXT: [Self; 3] = [Self::Cancel, Self::CancelWoken, Self::Deadline];
    /// All ways.
    pub const ALL: [Self; 5] = [Self::DropNow, Self::DropWoken, Self::Cancel, Self::CancelWoken, Self::Deadline];

    /// Returns the name used in a replay.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::DropNow => "now",
            Self::DropWoken => "woken",
            Self::Cancel => "cancel",
            Self::CancelWoken => "cancel_woken",
            Self::Deadline => "deadline",
        }
    }

    pub(crate) fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.key() == key)
    }
}

impl fmt::Display for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CancelWoken => "cancel woken",
            other => other.key(),
        })
    }
}

/// `now and woken`
pub(super) fn list(ways: &[Cancellation]) -> String {
    let names: Vec<_> = ways.iter().map(ToString::to_string).collect();
    match &names[..] {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
