//! The output formats of a report.

mod github;
mod human;
mod json;
mod sarif;
mod view;

use std::io::{self, Write};

pub(crate) use self::view::Output;

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Text in the style of rustc.
    #[default]
    Human,
    /// One JSON object per line, in rustc's schema.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations for GitHub workflows.
    Github,
}

/// Writes a report.
pub(crate) fn write(output: &Output<'_>, format: Format, to: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(output, to),
        Format::Json => json::write(output, to),
        Format::Sarif => sarif::write(output, to),
        Format::Github => github::write(output, to),
    }
}
