//! The number of jobs to take in advance.

use std::time::Duration;

/// Jobs of this length, or longer, are not taken in advance.
const SHORT: Duration = Duration::from_millis(20);
/// The time for which jobs in advance keep the workers busy.
const AHEAD: Duration = Duration::from_millis(20);
/// The highest number of jobs in advance.
const MOST: usize = 500;

/// The average time of a job.
pub(super) struct Pace {
    /// `None`: nothing is known yet.
    average: Option<Duration>,
}

impl Pace {
    pub(super) const fn new() -> Self {
        Self { average: None }
    }

    /// Adds the time of a job.
    pub(super) fn add(&mut self, took: Duration) {
        self.average = Some(match self.average {
            // A long job counts at once: what was taken in advance would wait behind it.
            Some(average) if took < average => (average * 7 + took) / 8,
            Some(average) => (average + took) / 2,
            None => took,
        });
    }

    /// Forgets the average: the jobs in advance were given back.
    pub(super) fn forget(&mut self) {
        self.average = None;
    }

    /// Returns the number of jobs to have at hand beyond those that run.
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
