//! How many jobs to take beyond those that can run at once.

use std::time::Duration;

/// Jobs that take as long as this, or longer, are taken one by one.
const SHORT: Duration = Duration::from_millis(20);
/// Jobs for so long are taken in advance.
const AHEAD: Duration = Duration::from_millis(20);
/// No more than this are.
const MOST: usize = 500;

/// How long jobs take, on average.
pub(super) struct Pace {
    /// `None`: nothing is known yet.
    average: Option<Duration>,
}

impl Pace {
    pub(super) const fn new() -> Self {
        Self { average: None }
    }

    /// A job took so long.
    pub(super) fn add(&mut self, took: Duration) {
        self.average = Some(match self.average {
            // A long job counts at once: what was taken in advance would wait behind it.
            Some(average) if took < average => (average * 7 + took) / 8,
            Some(average) => (average + took) / 2,
            None => took,
        });
    }

    /// The jobs in advance were given back.
    pub(super) fn forget(&mut self) {
        self.average = None;
    }

    /// How many jobs to have at hand that wait for a worker.
    pub(super) fn ahead(&self, workers: usize) -> usize {
        match self.average {
            Some(average) if average < SHORT => {
                let jobs = AHEAD.as_nanos() / average.as_nanos().max(20_000);
                usize::try_from(jobs).unwrap_or(MOST).saturating_mul(workers).min(MOST)
            }
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_jobs_are_taken_in_advance() {
        let mut pace = Pace::new();
        assert_eq!(pace.ahead(4), 0);
        pace.add(Duration::from_micros(100));
        assert_eq!(pace.ahead(2), 400);
        assert_eq!(pace.ahead(4), MOST);
        pace.add(Duration::from_secs(1));
        assert_eq!(pace.ahead(4), 0);
    }
}
