//! A schedule as a text: `1:TEST:TASK.POINT,TASK.POINT:HASH`.
//!
//! The hash covers the order of events. A schedule belongs to one program and one version of
//! Tokio; in others it is a different schedule.

use std::fmt;

use super::delay::Delay;
use super::journal::{Step, StepKind};
use crate::testing::explore::TestName;
use crate::testing::explore::replay::{self, FORMAT, Kind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replay {
    pub(super) test: String,
    pub(super) delays: Vec<Delay>,
    pub(super) hash: u32,
}

impl Replay {
    pub(super) fn new(test: &TestName, delays: &[Delay], steps: &[Step]) -> Self {
        Self { test: test.to_string(), delays: delays.to_vec(), hash: hash(steps) }
    }

    /// Parses a replay of this test.
    pub(super) fn parse(written: &str, test: &TestName) -> Result<Self, String> {
        replay::parse(Kind::Schedule, written, test, |rest| {
            let mut parts = rest.rsplitn(3, ':');
            let (hash, delays, of) = (parts.next()?, parts.next()?, parts.next()?);
            let hash = u32::from_str_radix(hash, 16).ok()?;
            let delays = delays.split(',').filter(|delay| !delay.is_empty()).map(|delay| delay.parse().ok());
            Some((of, Self { test: of.to_owned(), delays: delays.collect::<Option<_>>()?, hash }))
        })
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let delays: Vec<_> = self.delays.iter().map(ToString::to_string).collect();
        write!(f, "{FORMAT}:{}:{}:{:08x}", self.test, delays.join(","), self.hash)
    }
}

/// Returns the hash (FNV-1a) of the tasks' steps, in order.
pub(super) fn hash(steps: &[Step]) -> u32 {
    let kind = |kind| match kind {
        StepKind::Ran => 0,
        StepKind::DelayedBefore => 1,
        StepKind::DelayedIn => 2,
        StepKind::Panicked => 3,
        StepKind::Ended => 4,
    };
    let mut hash = 0x811c_9dc5_u32;
    for step in steps {
        for byte in step.task.to_le_bytes().into_iter().chain([kind(step.kind)]) {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_read_as_it_was_written() {
        let test = TestName::new("shop::stock::tests", "sells_what_it_has");
        let steps = [Step { task: 3, kind: StepKind::Ran, at: None, stacks: None }];
        for delays in [vec![], vec![Delay { task: 0, point: 3 }, Delay { task: 12, point: 1 }]] {
            let replay = Replay::new(&test, &delays, &steps);
            assert_eq!(Replay::parse(&replay.to_string(), &test), Ok(replay));
        }
    }

    #[test]
    fn a_schedule_of_something_else_is_refused_with_the_reason() {
        let (test, other) = (TestName::new("shop::tests", "sells"), TestName::new("shop::tests", "buys"));
        let foreign = Replay::new(&other, &[], &[]).to_string();
        for (written, problem) in [
            (foreign.as_str(), "is of the test `tests::buys`, and this is `tests::sells`"),
            ("2:tests::sells:0.1:00000000", "format 2"),
            ("0.1", "is not a schedule"),
            ("1:tests::sells:0.1", "is not a schedule"),
            ("1:tests::keeps:3.now", "is of the cancel test `tests::keeps`, and this is the race test `tests::sells`"),
            ("1:tests::sells:x:00000000", "is not a schedule"),
            ("", "is not a schedule"),
        ] {
            let error = Replay::parse(written, &test).unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
    }
}
