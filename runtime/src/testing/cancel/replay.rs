//! A point as a text: `1:TEST:SUSPENSION.WAY`.

use std::fmt;

use super::target::CancelPoint;
use super::way::Cancellation;
use crate::testing::explore::TestName;
use crate::testing::explore::replay::{self, FORMAT, Kind};

/// A point of a test.
pub(super) struct Replay<'t>(pub(super) &'t TestName, pub(super) CancelPoint);

impl fmt::Display for Replay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(test, CancelPoint { suspension, way }) = self;
        write!(f, "{FORMAT}:{test}:{suspension}.{}", way.key())
    }
}

/// Parses a point of this test.
pub(super) fn parse(text: &str, name: &TestName) -> Result<CancelPoint, String> {
    replay::parse(Kind::Point, text, name, |rest| {
        let (of, point) = rest.rsplit_once(':')?;
        let (suspension, way) = point.split_once('.')?;
        let way = Cancellation::of_key(way)?;
        let suspension = suspension.parse().ok().filter(|suspension| *suspension > 0)?;
        Some((of, CancelPoint { suspension, way }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_as_it_was_written() {
        let test = TestName::new("shop::stock::tests", "keeps_what_it_took");
        for way in Cancellation::ALL {
            let point = CancelPoint { suspension: 12, way };
            assert_eq!(parse(&Replay(&test, point).to_string(), &test), Ok(point));
        }
    }

    #[test]
    fn a_point_of_something_else_is_refused_with_the_reason() {
        let test = TestName::new("shop::tests", "sells");
        for (text, problem) in [
            ("1:tests::buys:2.now", "is of the test `tests::buys`, and this is `tests::sells`"),
            ("2:tests::sells:2.now", "format 2"),
            ("1:tests::sells:0.now", "is not a point"),
            ("1:tests::sells:2.then", "is not a point"),
            ("1:tests::sells:2", "is not a point"),
            (
                "1:tests::sells:0.1:00000000",
                "is of the race test `tests::sells`, and this is the cancel test `tests::sells`",
            ),
            ("", "is not a point"),
        ] {
            let error = parse(text, &test).unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
    }
}
