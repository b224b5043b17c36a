//! Annotations for GitHub workflows.

use std::io::{self, Write};

use super::view::{Output, level};

pub(super) fn write(output: &Output<'_>, to: &mut dyn Write) -> io::Result<()> {
    for found in output.diagnostics {
        let (level, file) = (level(found.level), property(&output.name(&found.file)));
        let (start, end) = (found.start, found.end);
        // Columns are only valid within one line.
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        let text = message(&format!("{}\nhelp: {}", found.message, found.help));
        let (line, end_line, rule) = (start.line, end.line, found.rule);
        writeln!(to, "::{level} file={file},line={line},endLine={end_line}{columns},title={rule}::{text}")?;
    }
    for problem in output.problems {
        writeln!(to, "::error title=taskward::{}", message(&output.problem(problem)))?;
    }
    Ok(())
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
