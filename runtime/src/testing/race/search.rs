//! Which schedules are tried, and in which order.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::coverage::{Coverage, Level};
use super::delay::Delay;
use super::failure::Failure;
use super::journal::Detail;
use super::plan::{Plan, Record, Source};
use super::replay::Replay;
use super::report::Report;
use super::settings::{RaceTest, TestName};
use super::watch::Pulse;
use crate::testing::run::{Ending, Manner, Run};

/// How likely a point is delayed, in one random run after the other.
const PROBABILITIES: [f64; 3] = [0.2, 0.05, 0.2];
/// How long a deadlock must last, once, before it is called one.
const PATIENCE: Duration = Duration::from_millis(400);
/// How many points are kept to place further delays at: a few megabytes.
const MAX_POINTS: usize = 1 << 20;

pub(super) type RunBody<'b> = dyn Fn(&Arc<Plan>, Manner) -> Run + 'b;

pub(super) struct Search<'b> {
    pub(super) settings: &'b RaceTest,
    pub(super) name: &'b TestName,
    run: &'b RunBody<'b>,
    pulse: &'b Pulse,
    manner: Manner,
    began: Instant,
    runs: usize,
    coverage: Coverage,
}

/// A schedule that passed, to which more delays can be added.
struct Node {
    delays: Vec<Delay>,
    /// Where: after the last of its delays.
    points: Vec<Delay>,
}

/// A run that has failed.
pub(super) struct Found {
    pub(super) ending: Ending,
    pub(super) delays: Vec<Delay>,
    pub(super) polls: u32,
}

/// Why the search is over.
enum Stop {
    Found(Found),
    /// No time, or no runs, are left.
    Spent,
    /// The body needs sockets or the like, which this runtime has not.
    NeedsIo,
}

impl<'b> Search<'b> {
    pub(super) fn new(settings: &'b RaceTest, name: &'b TestName, run: &'b RunBody<'b>, pulse: &'b Pulse) -> Self {
        Self {
            settings,
            name,
            run,
            pulse,
            manner: settings.manner,
            began: Instant::now(),
            runs: 0,
            coverage: Coverage::default(),
        }
    }

    pub(super) fn go(mut self, replay: Option<Replay>) -> Report {
        if let Some(replay) = replay {
            return self.replay(&replay);
        }
        let mut end = self.all();
        if matches!(end, Err(Stop::NeedsIo)) {
            self.manner.has_io = true;
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
            name: self.name.clone(),
            runs: self.runs,
            elapsed: self.began.elapsed(),
            coverage: self.coverage,
            failure,
        }
    }

    fn all(&mut self) -> Result<(), Stop> {
        let root = self.attempt(Source::Given(Vec::new()))?;
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
                // So that a part of them says something about all.
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
                // One that changed nothing leads to what its parent leads to.
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
        if self.runs > 0 && self.began.elapsed() >= self.settings.timeout {
            self.coverage.stopped_by = Some(self.settings.timeout);
            return Err(Stop::Spent);
        }
        self.runs += 1;
        let (_, record, ending) = self.once(source, Detail::Points);
        self.coverage.unseen = self.coverage.unseen.max(record.unseen);
        match ending {
            None => Ok(record),
            Some(ending) if self.needs_io(&ending) => Err(Stop::NeedsIo),
            Some(Ending::Deadlock) if self.is_only_slow(&record.taken) => Ok(record),
            Some(ending) => Err(Stop::Found(Found { ending, delays: record.taken, polls: record.polls })),
        }
    }

    /// Runs the body, and says how it failed, if it did.
    pub(super) fn once(&self, source: Source, detail: Detail) -> (Run, Record, Option<Ending>) {
        let plan = Plan::new(source, detail, self.settings.max_polls);
        self.pulse.begin(&plan);
        let run = (self.run)(&plan, self.manner);
        let record = plan.record();
        let ending = run.failure(&record, self.settings.allows_panics);
        (run, record, ending)
    }

    fn needs_io(&self, ending: &Ending) -> bool {
        match ending {
            Ending::Panicked(panic) => !self.manner.has_io && panic.speaks_of_io(),
            _ => false,
        }
    }

    /// Whether it is no deadlock, but waits for another thread. Then all runs wait longer.
    fn is_only_slow(&mut self, delays: &[Delay]) -> bool {
        let before = std::mem::replace(&mut self.manner.grace, PATIENCE);
        let is_slow = before < PATIENCE && {
            let (_, _, ending) = self.once(Source::Given(delays.to_vec()), Detail::Points);
            !matches!(ending, Some(Ending::Deadlock))
        };
        if !is_slow {
            self.manner.grace = before;
        }
        is_slow
    }

    /// Time that is left for what comes after a failure.
    pub(super) fn has_time(&self) -> bool {
        self.began.elapsed() < self.settings.timeout
    }

    fn replay(mut self, replay: &Replay) -> Report {
        let source = || Source::Given(replay.delays.clone());
        let (_, record, ending) = self.once(source(), Detail::Points);
        if ending.as_ref().is_some_and(|ending| self.needs_io(ending)) {
            self.manner.has_io = true;
        }
        let failure = Failure::replayed(replay, record.polls, &self);
        self.runs = 1;
        self.report(failure)
    }
}
