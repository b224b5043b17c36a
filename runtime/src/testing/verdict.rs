//! Determines whether the output of a test means that it failed; nothing else is reported for a
//! failed test.
#![allow(missing_docs)]

use super::output::TestOutput;

/// Detects it by the type: `(&Verdict::on(&output)).has_failed()`.
///
/// Method lookup prefers [`ViaTestOutput`], which is by value, and falls back to [`ViaAnything`]:
/// a test can return any type that the harness accepts.
pub struct Verdict<'o, R>(&'o R);

impl<'o, R> Verdict<'o, R> {
    pub const fn on(output: &'o R) -> Self {
        Self(output)
    }
}

pub trait ViaTestOutput {
    fn has_failed(&self) -> bool;
}

impl<R: TestOutput> ViaTestOutput for Verdict<'_, R> {
    fn has_failed(&self) -> bool {
        self.0.error().is_some()
    }
}

pub trait ViaAnything {
    fn has_failed(&self) -> bool;
}

impl<R> ViaAnything for &Verdict<'_, R> {
    fn has_failed(&self) -> bool {
        false
    }
}
