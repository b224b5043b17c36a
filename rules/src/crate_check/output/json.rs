//! One JSON object per line, in the schema of rustc's `--error-format=json`.

use std::io::{self, Write};

use annotate_snippets::Renderer;
use serde_json::{Value, json};

use super::human;
use super::view::{Output, level, silence};
use crate::crate_check::diagnostic::Diagnostic;

pub(super) fn write(output: &Output<'_>, to: &mut dyn Write) -> io::Result<()> {
    for diagnostic in output.diagnostics {
        writeln!(to, "{}", of(output, diagnostic))?;
    }
    for problem in output.problems {
        let message = output.problem(problem);
        let rendered = format!("error: {message}\n\n");
        writeln!(to, "{}", message_of("error", &message, &Value::Null, &[], &[], Some(&rendered)))?;
    }
    Ok(())
}

fn of(output: &Output<'_>, diagnostic: &Diagnostic) -> Value {
    let child = |level: &str, message: &str| message_of(level, message, &Value::Null, &[], &[], None);
    let children = [child("help", &diagnostic.help), child("note", &format!("rule: {}", silence(diagnostic.rule)))];
    let rendered = format!("{}\n\n", human::render(output, diagnostic, &Renderer::plain()));
    let code = json!({ "code": diagnostic.rule, "explanation": null });
    let spans = [span(output, diagnostic)];
    message_of(level(diagnostic.level), &diagnostic.message, &code, &spans, &children, Some(&rendered))
}

fn message_of(
    level: &str,
    message: &str,
    code: &Value,
    spans: &[Value],
    children: &[Value],
    rendered: Option<&str>,
) -> Value {
    json!({
        "$message_type": "diagnostic",
        "message": message,
        "code": code,
        "level": level,
        "spans": spans,
        "children": children,
        "rendered": rendered,
    })
}

fn span(output: &Output<'_>, diagnostic: &Diagnostic) -> Value {
    let (start, end) = (diagnostic.start, diagnostic.end);
    let text = diagnostic.lines.lines().enumerate().map(|(index, line)| {
        let line_number = start.line + index;
        let from = if index == 0 { start.column } else { 1 };
        let to = if line_number == end.line { end.column } else { line.chars().count() + 1 };
        json!({ "text": line, "highlight_start": from, "highlight_end": to })
    });
    json!({
        "file_name": output.name(&diagnostic.file),
        "byte_start": start.byte,
        "byte_end": end.byte,
        "line_start": start.line,
        "line_end": end.line,
        "column_start": start.column,
        "column_end": end.column,
        "is_primary": true,
        "text": text.collect::<Vec<_>>(),
        "label": null,
        "suggested_replacement": null,
        "suggestion_applicability": null,
        "expansion": null,
    })
}
