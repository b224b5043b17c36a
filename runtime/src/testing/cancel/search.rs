//! Selects and orders the points to try.

use std::rc::Rc;

use super::failure::CancelFailure;
use super::report::CancelReport;
use super::settings::CancelTest;
use super::target::{CancelPoint, CancelTarget};
use crate::testing::explore::{FailureKind, Runs};
use crate::testing::race::journal::Detail;
use crate::testing::race::plan::Source;
use crate::testing::run::{Ending, Run};

pub(super) struct Search<'b> {
    settings: &'b CancelTest,
    body: Runs<'b>,
    report: CancelReport,
}

/// A run, and the point cancelled in it.
pub(super) struct Attempt {
    /// Counted from 1.
    pub(super) number: usize,
    pub(super) run: Run,
    /// The failure, if it failed.
    pub(super) ending: Option<Ending>,
    pub(super) target: Rc<CancelTarget>,
}

impl<'b> Search<'b> {
    pub(super) fn new(settings: &'b CancelTest, body: Runs<'b>) -> Self {
        Self { settings, report: CancelReport::new(body.name.clone(), settings.ways.clone()), body }
    }

    pub(super) fn go(mut self, replay: Option<CancelPoint>) -> CancelReport {
        if let Some(whole) = self.whole() {
            match replay {
                Some(point) => self.replay(point, whole),
                None => self.all(whole),
            }
        }
        self.report.elapsed = self.body.elapsed();
        self.report
    }

    /// Runs the body without a cancellation. Returns its number of suspensions, if it has any
    /// cancellable future.
    fn whole(&mut self) -> Option<u32> {
        let mut whole = self.once(None, false);
        if self.body.need_io(whole.ending.as_ref()) {
            whole = self.once(None, false);
        }
        let suspensions = whole.target.suspensions();
        self.report.note_whole(suspensions);
        if whole.ending.is_some() {
            self.report.failures.push(CancelFailure::of_whole(&whole));
            return None;
        }
        let missing = match (whole.target.calls(), suspensions, whole.target.first_call()) {
            (_, 1.., _) => return Some(suspensions),
            (1.., 0, Some(at)) => format!(
                "nothing to cancel: the future passed to `cancellable` at {at} is ready at once, without a suspension"
            ),
            _ => "nothing to cancel: the body never awaits a `cancellable(…)`; \
                  write `cancellable(FUTURE).await` for what is to be cancelled"
                .to_owned(),
        };
        self.report.failures.push(CancelFailure::plain(FailureKind::NothingCancelled, missing));
        None
    }

    /// Tries each point, and further points while any is reached: other runs may have more.
    fn all(&mut self, whole: u32) {
        let max = self.settings.max_points;
        let mut nth = 0;
        loop {
            nth += 1;
            let suspension = if whole <= max { nth } else { spread(nth, max, whole) };
            if nth > max {
                self.report.max_points = Some(max).filter(|_| self.report.suspensions.1 > max);
                return;
            }
            let mut is_reached = false;
            for way in self.settings.ways.clone() {
                self.report.stopped_by = self.body.time_is_up();
                if self.report.stopped_by.is_some() {
                    return;
                }
                is_reached |= self.attempt(CancelPoint { suspension, way });
            }
            self.report.points += u32::from(is_reached);
            if !is_reached && suspension > self.report.suspensions.1 {
                return;
            }
        }
    }

    /// Tries a point. Returns whether the run reached it.
    fn attempt(&mut self, point: CancelPoint) -> bool {
        let tried = self.once(Some(point), false);
        let is_reached = tried.target.suspensions() >= point.suspension;
        if !tried.target.is_hit() {
            self.report.note_whole(tried.target.suspensions());
        }
        if tried.ending.is_some() {
            let again = self.once(Some(point), true);
            self.report.note_failure(CancelFailure::of(point, &tried, &again, self.body.name));
        }
        is_reached
    }

    fn replay(&mut self, point: CancelPoint, whole: u32) {
        let tried = self.once(Some(point), true);
        if tried.ending.is_some() {
            self.report.failures.push(CancelFailure::of(point, &tried, &tried, self.body.name));
        } else if tried.target.suspensions() < point.suspension {
            let CancelPoint { suspension, .. } = point;
            let message = format!(
                "there is no suspension {suspension} any more: the body has {whole}; \
                 the code, or Tokio, has changed since the point was printed: run the test without it"
            );
            self.report.failures.push(CancelFailure::plain(FailureKind::OtherProgram, message));
        }
        self.report.replayed = Some(point);
        self.report.points = u32::from(tried.target.suspensions() >= point.suspension);
    }

    fn once(&mut self, point: Option<CancelPoint>, looks: bool) -> Attempt {
        let target = CancelTarget::new(point, self.settings.forces, looks);
        self.report.runs += 1;
        let run = {
            let _aiming = target.set();
            self.body.run(Source::Given(Vec::new()), Detail::Points).0
        };
        let ending = run.failure(self.settings.common.allows_panics);
        Attempt { number: self.report.runs, run, ending, target }
    }
}

/// Returns the `nth` of `some` numbers spread evenly over `all`, from the first to the last.
fn spread(nth: u32, some: u32, all: u32) -> u32 {
    let (nth, steps, all) = (u64::from(nth - 1), u64::from(some.max(2) - 1), u64::from(all - 1));
    u32::try_from(1 + nth * all / steps).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn what_is_tried_of_many_points_is_spread_from_the_first_to_the_last() {
        let points = |some, all| (1..=some).map(|nth| spread(nth, some, all)).collect::<Vec<_>>();
        assert_eq!(points(4, 10), [1, 4, 7, 10]);
        assert_eq!(points(3, 4), [1, 2, 4]);
        assert_eq!(points(1, 10), [1]);
    }
}
