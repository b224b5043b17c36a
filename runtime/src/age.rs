//! Durations formatted for people.

use std::fmt;
use std::time::Duration;

/// The age of a task, with few digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Age {
    millis: u128,
}

impl From<Duration> for Age {
    /// Rounds, so that ages with the same text are equal.
    fn from(time: Duration) -> Self {
        let unit = match time.as_secs() {
            0..10 => 1,
            10..600 => 100,
            _ => 60_000,
        };
        Self { millis: time.as_millis() / unit * unit }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { millis } = self;
        let minutes = millis / 60_000;
        match millis {
            0..10_000 => write!(f, "{millis} ms"),
            10_000..600_000 => write!(f, "{}.{} s", millis / 1000, millis / 100 % 10),
            _ if minutes < 120 => write!(f, "{minutes} min"),
            _ => write!(f, "{} h {} min", minutes / 60, minutes % 60),
        }
    }
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_few_digits() {
        let told = |millis| Age::from(Duration::from_millis(millis)).to_string();
        assert_eq!([told(0), told(9_999), told(62_149)], ["0 ms", "9999 ms", "62.1 s"]);
        assert_eq!([told(700_000), told(93_784_000)], ["11 min", "26 h 3 min"]);
    }
}
