//! The text of a replay: `1:TEST:` and a schedule or a point.

use std::borrow::Cow;
use std::env;

use super::TestName;
use crate::testing::cancel::Cancellation;

/// The environment variable.
pub(crate) const VARIABLE: &str = "TASKWARD_REPLAY";
pub(crate) const FORMAT: &str = "1";

/// The kind of a replay, which belongs to a test.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Schedule,
    Point,
}

impl Kind {
    const fn test(self) -> &'static str {
        match self {
            Self::Schedule => "race test",
            Self::Point => "cancel test",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Point => "point",
        }
    }

    /// Returns the kind and the test of a complete text: a schedule ends with a checksum, a point
    /// with the way to cancel.
    fn of(rest: &str) -> Option<(Self, &str)> {
        let (of, last) = rest.rsplit_once(':')?;
        if last.split_once('.').is_some_and(|(_, way)| Cancellation::of_key(way).is_some()) {
            return Some((Self::Point, of));
        }
        let is_sum = last.len() == 8 && last.bytes().all(|digit| digit.is_ascii_hexdigit());
        of.rsplit_once(':').filter(|_| is_sum).map(|(of, _)| (Self::Schedule, of))
    }
}

/// Returns the replay that was given, or else that of the environment.
///
/// # Panics
///
/// If `parse` fails.
#[track_caller]
pub(crate) fn wanted<T>(given: Option<Cow<'static, str>>, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
    let written = given.or_else(|| env::var(VARIABLE).ok().map(Into::into))?;
    match parse(&written) {
        Ok(wanted) => Some(wanted),
        Err(problem) => panic!("{VARIABLE}: {problem}"),
    }
}

/// Parses a replay of this test. `read` splits the text after the format into its test and the
/// rest.
pub(crate) fn parse<T>(
    kind: Kind,
    written: &str,
    test: &TestName,
    read: impl FnOnce(&str) -> Option<(&str, T)>,
) -> Result<T, String> {
    let what = kind.what();
    let malformed = || {
        let whole = if kind == Kind::Point { "point of a cancel test" } else { what };
        format!("`{written}` is not a {whole}; copy the whole text that the failure printed")
    };
    let (format, rest) = written.trim().split_once(':').ok_or_else(malformed)?;
    if format != FORMAT {
        let is_other = !format.is_empty() && format.chars().all(|digit| digit.is_ascii_digit());
        let problem = format!(
            "the {what} has format {format}, and this version of taskward reads format {FORMAT}; run the test without it"
        );
        return Err(if is_other { problem } else { malformed() });
    }
    if let Some((other, of)) = Kind::of(rest).filter(|(other, _)| *other != kind) {
        let (other, this) = (other.test(), kind.test());
        return Err(format!(
            "`{written}` is of the {other} `{of}`, and this is the {this} `{test}`; run only that test"
        ));
    }
    let (of, read) = read(rest).ok_or_else(malformed)?;
    if of != test.to_string() {
        return Err(format!("the {what} is of the test `{of}`, and this is `{test}`; run only that test"));
    }
    Ok(read)
}
