//! A finding with its location in a file.

use std::path::{Path, PathBuf};

use super::config::Level;
use crate::engine::rule::Finding;

/// A position in a file: lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// The offset in bytes from the beginning of the file.
    pub byte: usize,
}

/// A violation of a rule in a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The name of the rule.
    pub rule: &'static str,
    /// The level of the rule.
    pub level: Level,
    /// The file.
    pub file: PathBuf,
    /// The position of the first character.
    pub start: Position,
    /// The position after the last character.
    pub end: Position,
    /// The name of the function or type.
    pub function: String,
    /// The error message.
    pub message: String,
    /// The code to write instead.
    pub help: String,
    /// The full lines from the first character to the last.
    pub lines: String,
}

impl Diagnostic {
    pub(crate) fn new(finding: &Finding, level: Level, file: &Path, text: &str, function: &str) -> Self {
        let span = syn::spanned::Spanned::span(&finding.at);
        let (first, last) = (span.start(), span.end());
        let start = position(text, first.line, first.column);
        let end = position(text, last.line, last.column);
        let count = (end.line + 1).saturating_sub(start.line).max(1);
        let lines: Vec<_> = text.lines().skip(start.line.saturating_sub(1)).take(count).collect();
        Self {
            rule: finding.rule,
            level,
            file: file.to_owned(),
            start,
            end: end.max(start),
            function: function.to_owned(),
            message: finding.message.clone(),
            help: finding.help.clone(),
            lines: lines.join("\n"),
        }
    }
}

/// `column` counts characters from 0.
fn position(text: &str, line: usize, column: usize) -> Position {
    let start = match line {
        0 | 1 => 0,
        line => text.match_indices('\n').nth(line - 2).map_or(text.len(), |(index, _)| index + 1),
    };
    let bytes = text[start..].chars().take(column).map(char::len_utf8).sum::<usize>();
    // The parser skips a byte order mark.
    let mark = if line <= 1 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Position { line: line.max(1), column: column + 1, byte: start + bytes + mark }
}
