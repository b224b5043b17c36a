//! Reports the callers' results, and whether they are as expected.

use std::fmt;

use crate::callers::Tally;
use crate::store::Dials;

#[derive(Default)]
pub(crate) struct Report {
    /// Before any outage.
    first: Dials,
    /// The further attempts of each outage.
    outages: Vec<Dials>,
    seen: Dials,
    calls: Tally,
}

impl Report {
    pub(crate) fn begin(&mut self, dials: Dials) {
        (self.first, self.seen) = (dials, dials);
    }

    pub(crate) fn outage(&mut self, dials: Dials) {
        let since = Dials {
            begun: dials.begun - self.seen.begun,
            succeeded: dials.succeeded - self.seen.succeeded,
            most_at_once: dials.most_at_once,
        };
        self.outages.push(since);
        self.seen = dials;
    }

    pub(crate) fn add(&mut self, tally: &Tally) {
        self.calls.asked += tally.asked;
        self.calls.answered += tally.answered;
        self.calls.failed += tally.failed;
        self.calls.confused += tally.confused;
        self.calls.failed_while_up.extend_from_slice(&tally.failed_while_up);
    }

    fn lost(&self) -> usize {
        self.calls.asked - self.calls.answered - self.calls.failed - self.calls.confused
    }

    pub(crate) fn is_good(&self) -> bool {
        let one_dial = |dials: &Dials| dials.succeeded == 1;
        one_dial(&self.first)
            && self.outages.iter().all(one_dial)
            && self.seen.most_at_once == 1
            && self.calls.failed_while_up.is_empty()
            && self.calls.confused == 0
            && self.lost() == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { asked, answered, failed, failed_while_up, confused } = &self.calls;
        writeln!(f, "start: {} dials, {} succeeded", self.first.begun, self.first.succeeded)?;
        for (number, outage) in (1..).zip(&self.outages) {
            writeln!(f, "outage {number}: {} dials, {} succeeded", outage.begun, outage.succeeded)?;
        }
        writeln!(f, "dials at a time: {}", self.seen.most_at_once)?;
        writeln!(f, "calls: {asked}, {answered} answered, {failed} failed with an error")?;
        writeln!(f, "calls that failed while the server was up: {}", failed_while_up.len())?;
        for error in failed_while_up.iter().take(10) {
            writeln!(f, "  {error}")?;
        }
        writeln!(f, "calls with the answer of another: {confused}, lost without an error: {}", self.lost())?;
        writeln!(f, "{}", if self.is_good() { "good" } else { "BAD" })
    }
}
