//! Selects and orders the schedules to try.

use std::time::Duration;

use fastrand::Rng;

use super::coverage::{Coverage, Level};
use super::delay::Delay;
use super::failure::Failure;
use super::journal::Detail;
use super::pct::{Bound, Pct};
use super::plan::{Record, Source};
use super::replay::Replay;
use super::report::Report;
use super::settings::RaceTest;
use crate::testing::explore::Runs;
use crate::testing::run::{Ending, Run};

/// The probabilities of a delay at each point, in consecutive random runs.
const PROBABILITIES: [f64; 3] = [0.2, 0.05, 0.2];
/// The time for which a deadlock must last, once, to be reported.
const PATIENCE: Duration = Duration::from_millis(400);
/// The maximum number of points stored for further delays: a few megabytes.
const MAX_POINTS: usize = 1 << 20;

pub(super) struct Search<'b> {
    pub(super) settings: &'b RaceTest,
    pub(super) body: Runs<'b>,
    runs: usize,
    coverage: Coverage,
}

/// A schedule that passed, to which delays can be added.
struct Node {
    delays: Vec<Delay>,
    /// The points for them: after its last delay.
    points: Vec<Delay>,
}

/// A run that failed.
pub(super) struct Found {
    pub(super) ending: Ending,
    pub(super) delays: Vec<Delay>,
    pub(super) polls: u32,
}

/// The reason for the end of the search.
enum Stop {
    Found(Found),
    /// No time or no runs are left.
    Spent,
    /// The body needs an I/O driver, which this runtime lacks.
    NeedsIo,
}

impl<'b> Search<'b> {
    pub(super) fn new(settings: &'b RaceTest, body: Runs<'b>) -> Self {
        Self { settings, body, runs: 0, coverage: Coverage::default() }
    }

    pub(super) fn go(mut self, replay: Option<Replay>) -> Report {
        if let Some(replay) = replay {
            return self.replay(&replay);
        }
        let mut end = self.all();
        if matches!(end, Err(Stop::NeedsIo)) {
            (self.runs, self.coverage) = (0, Coverage::default());
            end = self.all();
        }
        let failure = match end {
            Err(Stop::Found(found)) => Some(Failure::of(found, self.runs, &self)),
            _ => None,
        };
        self.report(failure)
    }

    pub(super) fn report(self, failure: Option<Failure>) -> Report {
        Report {
            name: self.body.name.clone(),
            runs: self.runs,
            elapsed: self.body.elapsed(),
            coverage: self.coverage,
            failure,
        }
    }

    fn all(&mut self) -> Result<(), Stop> {
        let root = self.attempt(Source::Given(Vec::new()))?;
        if let Some(depth) = self.settings.pct {
            return self.by_priorities(depth, root.points.len() as u64);
        }
        let mut nodes = vec![Node { delays: Vec::new(), points: root.points }];
        for depth in 1..=self.settings.delays {
            let (is_last, mut rng) = (depth == self.settings.delays, Rng::with_seed(self.settings.seed));
            let mut places: Vec<(u32, u32)> = Vec::new();
            for (at, node) in (0_u32..).zip(&nodes) {
                places.extend((0_u32..).zip(&node.points).map(|(point, _)| (at, point)));
            }
            let (all, left) = (places.len(), self.settings.runs.saturating_sub(self.runs));
            let is_full = all <= left;
            if depth > 1 || !is_full {
                // Shuffled, so that a part of them is representative.
                rng.shuffle(&mut places);
            }
            if !is_full {
                places.truncate(left.div_ceil(2));
            }
            self.coverage.levels.push(Level { tried: 0, all });
            let (mut children, mut kept) = (Vec::new(), 0);
            for (node, point) in places {
                let node = &nodes[node as usize];
                let mut delays = node.delays.clone();
                delays.push(node.points[point as usize]);
                let record = self.attempt(Source::Given(delays.clone()))?;
                self.coverage.levels[depth - 1].tried += 1;
                // A schedule whose last delay had no effect leads to the same schedules as its
                // parent.
                if !is_last && !record.is_void && kept + record.points.len() <= MAX_POINTS {
                    kept += record.points.len();
                    children.push(Node { delays, points: record.points });
                }
            }
            if !is_full {
                return self.at_random();
            }
            nodes = children;
        }
        Ok(())
    }

    fn by_priorities(&mut self, depth: u32, steps: u64) -> Result<(), Stop> {
        self.coverage.pct = Bound { runs: 0, depth, tasks: 1, steps: 0 };
        let mut expected = steps;
        loop {
            let seed = self.settings.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(self.runs as u64);
            let record = self.attempt(Source::Pct(Pct::new(Rng::with_seed(seed), depth, expected)))?;
            let (tasks, steps) = record.size;
            let bound = &mut self.coverage.pct;
            (bound.tasks, bound.steps) = (bound.tasks.max(tasks), bound.steps.max(steps));
            // Changes after the end of a run have no effect.
            expected = bound.steps;
            bound.runs += 1;
        }
    }

    fn at_random(&mut self) -> Result<(), Stop> {
        loop {
            let seed = self.settings.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(self.runs as u64);
            let probability = PROBABILITIES[self.runs % PROBABILITIES.len()];
            self.attempt(Source::Random(Rng::with_seed(seed), probability))?;
            self.coverage.random += 1;
        }
    }

    fn attempt(&mut self, source: Source) -> Result<Record, Stop> {
        if self.runs >= self.settings.runs {
            return Err(Stop::Spent);
        }
        if let Some(timeout) = self.body.time_is_up().filter(|_| self.runs > 0) {
            self.coverage.stopped_by = Some(timeout);
            return Err(Stop::Spent);
        }
        self.runs += 1;
        let (_, record, ending) = self.once(source, Detail::Points);
        self.coverage.unseen = self.coverage.unseen.max(record.unseen);
        match ending {
            None => Ok(record),
            Some(_) if self.body.need_io(ending.as_ref()) => Err(Stop::NeedsIo),
            Some(Ending::Deadlock) if self.is_only_slow(&record.taken) => Ok(record),
            Some(ending) => Err(Stop::Found(Found { ending, delays: record.taken, polls: record.polls })),
        }
    }

    /// Runs the body. Returns its failure, if it failed.
    pub(super) fn once(&self, source: Source, detail: Detail) -> (Run, Record, Option<Ending>) {
        let (run, record) = self.body.run(source, detail);
        let ending = run.failure(self.settings.common.allows_panics);
        (run, record, ending)
    }

    /// Returns whether the run is no deadlock, but waits for another thread. If so, all further
    /// runs wait longer.
    fn is_only_slow(&mut self, delays: &[Delay]) -> bool {
        let before = std::mem::replace(&mut self.body.options.grace, PATIENCE);
        let is_slow = before < PATIENCE && {
            let (_, _, ending) = self.once(Source::Given(delays.to_vec()), Detail::Points);
            !matches!(ending, Some(Ending::Deadlock))
        };
        if !is_slow {
            self.body.options.grace = before;
        }
        is_slow
    }

    /// Returns whether there is time left for the work after a failure.
    pub(super) fn has_time(&self) -> bool {
        self.body.time_is_up().is_none()
    }

    fn replay(mut self, replay: &Replay) -> Report {
        let source = || Source::Given(replay.delays.clone());
        let (_, record, ending) = self.once(source(), Detail::Points);
        self.body.need_io(ending.as_ref());
        let failure = Failure::replayed(replay, record.polls, &self);
        self.runs = 1;
        self.report(failure)
    }
}
