//! Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): tasks have random
//! priorities, the runnable task with the highest one runs, and at `depth - 1` random steps the
//! running task falls below all others. A bug that needs `depth` orderings is found by a run of
//! `n` tasks and `k` steps with a probability of at least `1 / (n * k^(depth - 1))`, independent
//! of the program.
//!
//! There is one queue and no list of runnable tasks: a round of delays finds them. The resulting
//! schedule consists of delays, so it can be replayed and shortened like any other.

use std::fmt;

use fastrand::Rng;

pub(crate) struct Pct {
    rng: Rng,
    /// By task. Higher priorities run first.
    priorities: Vec<u64>,
    has_begun: Vec<bool>,
    /// The steps after which the running task's priority falls.
    changes: Vec<u64>,
    /// Lower than all priorities assigned before.
    lowest: u64,
    pub(super) steps: u64,
    /// The tasks that had a turn in this round.
    round: Vec<u32>,
    chosen: Option<u32>,
    /// The number of turns of other tasks since then.
    waited: usize,
}

impl Pct {
    /// Plans a run with `steps` expected steps.
    pub(super) fn new(mut rng: Rng, depth: u32, steps: u64) -> Self {
        let changes = (1..depth).map(|_| rng.u64(1..=steps.max(1))).collect();
        let (priorities, has_begun, round) = (Vec::new(), Vec::new(), Vec::new());
        Self { rng, priorities, has_begun, changes, lowest: u64::from(depth), steps: 0, round, chosen: None, waited: 0 }
    }

    /// Returns the number of operations for the task in this turn, or `None` if it is another
    /// task's turn.
    pub(super) fn turn(&mut self, task: u32) -> Option<u8> {
        while self.priorities.len() <= task as usize {
            // Above all priorities to which tasks can fall.
            self.priorities.push(self.rng.u64(1 << 32..));
            self.has_begun.push(false);
        }
        match self.chosen {
            Some(chosen) if chosen == task => return Some(self.run(task)),
            // It may have been aborted since it was chosen.
            Some(_) if self.waited > 2 * self.round.len() => self.begin_round(),
            Some(_) => {
                self.waited += 1;
                return None;
            }
            None => {}
        }
        if !self.round.contains(&task) {
            self.round.push(task);
            return None;
        }
        let best = self.round.iter().copied().max_by_key(|task| self.priorities[*task as usize]);
        if best == Some(task) {
            return Some(self.run(task));
        }
        self.chosen = best;
        None
    }

    fn run(&mut self, task: u32) -> u8 {
        self.begin_round();
        self.steps += 1;
        for _ in self.changes.iter().filter(|change| **change == self.steps) {
            self.lowest -= 1;
            self.priorities[task as usize] = self.lowest;
        }
        // The first turn stops at the first operation, and each later one at the next.
        u8::from(std::mem::replace(&mut self.has_begun[task as usize], true))
    }

    fn begin_round(&mut self) {
        self.round.clear();
        (self.chosen, self.waited) = (None, 0);
    }
}

/// The guarantee of the runs of a test.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bound {
    pub(super) runs: usize,
    pub(super) depth: u32,
    /// The largest number in a run.
    pub(super) tasks: u64,
    pub(super) steps: u64,
}

impl Bound {
    /// Returns the minimum probability with which one of the runs finds a bug of that depth.
    pub(super) fn probability(&self) -> f64 {
        let power = i32::try_from(self.depth).unwrap_or(i32::MAX) - 1;
        #[expect(clippy::cast_precision_loss, reason = "a probability in three digits")]
        let (one, runs) = (1.0 / (self.tasks.max(1) as f64 * (self.steps.max(1) as f64).powi(power)), self.runs as f64);
        1.0 - (1.0 - one).powf(runs)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, depth, tasks, steps } = self;
        let percent = self.probability() * 100.0;
        write!(
            f,
            "{runs} by PCT: a bug of depth {depth} is found with a probability of at least {percent:.2} % ({tasks} tasks, {steps} steps)"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_that_of_the_paper() {
        let bound = Bound { runs: 1, depth: 2, tasks: 4, steps: 25 };
        assert!((bound.probability() - 0.01).abs() < 1e-9);
        let many = Bound { runs: 100, ..bound };
        assert!((many.probability() - 0.634).abs() < 1e-3, "{many}");
    }

    #[test]
    fn the_highest_priority_runs_until_it_falls() {
        let mut pct = Pct::new(Rng::with_seed(7), 2, 3);
        let mut ran = Vec::new();
        while ran.len() < 8 {
            ran.extend((0..2_u32).filter(|task| pct.turn(*task).is_some()));
        }
        let falls = ran.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert_eq!(falls, 1, "{ran:?}");
    }
}
