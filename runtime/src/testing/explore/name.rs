//! The name of a test.

use std::borrow::Cow;
use std::fmt;

use super::FailureKind;
use super::replay::VARIABLE;
use crate::testing::test::NOT_HIDDEN;

/// The name of a test: the path of its module and its function.
#[derive(Clone, Debug)]
pub struct TestName {
    path: Cow<'static, str>,
    /// The name of a `#[test]`, known to `cargo test`.
    is_test: bool,
    /// The text expected by a `#[should_panic]`, which may be empty.
    should_panic: Option<&'static str>,
}

impl TestName {
    /// Creates a name as `cargo test` prints it.
    #[must_use]
    pub fn new(module: &'static str, test: &'static str) -> Self {
        let path = match module.split_once("::") {
            Some((_, module)) => format!("{module}::{test}").into(),
            None => test.into(),
        };
        Self { path, is_test: true, should_panic: None }
    }

    /// Sets the text of a `#[should_panic(expected = …)]`.
    #[must_use]
    pub fn should_panic(self, expected: &'static str) -> Self {
        Self { should_panic: Some(expected), ..self }
    }

    /// Fails the test with `report`, unless a `#[should_panic]` would then hide a failure it does
    /// not expect.
    #[track_caller]
    pub(crate) fn fail(&self, kind: FailureKind, headline: &str, report: &str) {
        let is_bodys = matches!(kind, FailureKind::Panic | FailureKind::Error);
        let is_hidden = |expected: &str| !is_bodys && (expected.is_empty() || !headline.contains(expected));
        assert!(self.should_panic.is_some_and(is_hidden), "{report}");
        eprintln!("{report}\n{NOT_HIDDEN}");
    }

    pub(crate) fn given(name: Cow<'static, str>) -> Self {
        Self { path: name, is_test: false, should_panic: None }
    }

    /// Returns the command that runs only this again, as completely as possible.
    pub(crate) fn command(&self, replay: &str) -> String {
        let command = if self.is_test { format!(" cargo test {self} -- --exact") } else { String::new() };
        format!("{VARIABLE}='{replay}'{command}")
    }
}

impl fmt::Display for TestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_knows_by_its_name_has_a_command() {
        let test = TestName::new("shop::stock::tests", "sells");
        assert_eq!(test.command("1:…"), "TASKWARD_REPLAY='1:…' cargo test stock::tests::sells -- --exact");
        assert_eq!(TestName::given("sells".into()).command("1:…"), "TASKWARD_REPLAY='1:…'");
    }
}
