//! What a test is called.

use std::borrow::Cow;
use std::fmt;

use super::replay::VARIABLE;

/// The name of a test: the path of its module, and of its function.
#[derive(Clone, Debug)]
pub struct TestName {
    path: Cow<'static, str>,
    /// `cargo test` knows it.
    is_test: bool,
}

impl TestName {
    /// As `cargo test` prints it.
    #[must_use]
    pub fn new(module: &'static str, test: &'static str) -> Self {
        let path = match module.split_once("::") {
            Some((_, module)) => format!("{module}::{test}").into(),
            None => test.into(),
        };
        Self { path, is_test: true }
    }

    pub(crate) fn given(name: Cow<'static, str>) -> Self {
        Self { path: name, is_test: false }
    }

    /// What runs only this again: the whole command, if there is one.
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
