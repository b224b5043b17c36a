//! SARIF 2.1.0, a format for code scanning results.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::view::{Output, level};
use crate::crate_check::diagnostic::Diagnostic;
use crate::crate_check::pages::{page, summary};
use crate::engine::names::NAMES;

pub(super) fn write(output: &Output<'_>, to: &mut dyn Write) -> io::Result<()> {
    let results: Vec<_> = output.diagnostics.iter().map(|diagnostic| result(output, diagnostic)).collect();
    let notifications: Vec<_> = output
        .problems
        .iter()
        .map(|problem| json!({ "level": "error", "message": { "text": output.problem(problem) } }))
        .collect();
    let run = json!({
        "tool": { "driver": {
            "name": "taskward",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": NAMES.iter().map(|rule| description(rule)).collect::<Vec<_>>(),
        } },
        "columnKind": "unicodeCodePoints",
        "invocations": [{
            "executionSuccessful": output.problems.is_empty(),
            "toolExecutionNotifications": notifications,
        }],
        "results": results,
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    writeln!(to, "{log:#}")
}

fn description(rule: &str) -> Value {
    json!({
        "id": rule,
        "shortDescription": { "text": summary(rule) },
        "help": { "text": page(rule), "markdown": page(rule) },
        "defaultConfiguration": { "level": "error" },
    })
}

fn result(output: &Output<'_>, found: &Diagnostic) -> Value {
    let index = NAMES.iter().position(|rule| *rule == found.rule);
    let region = json!({
        "startLine": found.start.line,
        "startColumn": found.start.column,
        "endLine": found.end.line,
        "endColumn": found.end.column,
        "snippet": { "text": found.lines },
    });
    json!({
        "ruleId": found.rule,
        "ruleIndex": index,
        "level": level(found.level),
        "message": { "text": format!("{}\n\nhelp: {}", found.message, found.help) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&output.name(&found.file)) },
            "region": region,
        } }],
    })
}

/// Converts a path to a URI, with special characters escaped.
fn uri(path: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    path.bytes().map(escape).collect()
}
