//! `// taskward: allow(rule)`: a comment that allows a finding.
//!
//! On the line of a finding, or above it, the comment allows that finding; above a function, all
//! findings in the function.

use std::collections::BTreeMap;

use super::config::known;

/// The rules that comments allow, by line.
#[derive(Default)]
pub(crate) struct Comments {
    allowed: BTreeMap<usize, Vec<String>>,
    /// Lines that contain only a comment or an attribute.
    asides: Vec<usize>,
}

const MARK: &str = "taskward: allow(";

impl Comments {
    /// Reads the comments of a file; an error is reported with its line.
    pub(crate) fn of(text: &str, errors: &mut Vec<(usize, String)>) -> Self {
        let mut comments = Self::default();
        if !text.contains(MARK) {
            return comments;
        }
        for (index, line) in text.lines().enumerate() {
            let start = line.trim_start();
            if start.starts_with("//") || start.starts_with("#[") {
                comments.asides.push(index + 1);
            }
            let Some((before, list)) = line.split_once(MARK) else { continue };
            // Strings and documentation may quote such a comment.
            let code = before.trim_end().strip_suffix("//");
            let is_comment = code.is_some_and(|code| code.is_empty() || code.ends_with([' ', '\t']));
            let Some((list, _)) = list.split_once(')').filter(|_| is_comment) else { continue };
            for rule in list.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
                match known(rule) {
                    Ok(()) => comments.allowed.entry(index + 1).or_default().push(rule.to_owned()),
                    Err(message) => errors.push((index + 1, message)),
                }
            }
        }
        comments
    }

    /// Returns whether a comment on `line`, or in the lines of comments and attributes above it,
    /// allows the rule.
    pub(crate) fn allow(&self, rule: &str, line: usize) -> bool {
        let is_here = |line: usize| self.allowed.get(&line).is_some_and(|rules| rules.iter().any(|name| name == rule));
        let above = (1..line).rev().take_while(|above| self.asides.binary_search(above).is_ok());
        is_here(line) || above.into_iter().any(is_here)
    }
}
