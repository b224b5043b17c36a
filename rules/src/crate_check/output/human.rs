//! Output in the style of rustc.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::view::{Output, silence};
use crate::crate_check::config;
use crate::crate_check::diagnostic::Diagnostic;

pub(super) fn write(output: &Output<'_>, to: &mut dyn Write) -> io::Result<()> {
    let renderer = if output.color { Renderer::styled() } else { Renderer::plain() };
    for diagnostic in output.diagnostics {
        writeln!(to, "{}\n", render(output, diagnostic, &renderer))?;
    }
    for problem in output.problems {
        let text = output.problem(problem);
        let title = [Level::ERROR.primary_title(&text).elements(Vec::<annotate_snippets::Element<'_>>::new())];
        writeln!(to, "{}\n", renderer.render(&title))?;
    }
    Ok(())
}

/// Renders one finding, without a trailing newline.
pub(super) fn render(output: &Output<'_>, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = if diagnostic.level == config::Level::Deny { Level::ERROR } else { Level::WARNING };
    let name = output.name(&diagnostic.file);
    let rule = format!("rule: {}", silence(diagnostic.rule));
    let start: usize = diagnostic.lines.chars().take(diagnostic.start.column - 1).map(char::len_utf8).sum();
    let end = (start + (diagnostic.end.byte - diagnostic.start.byte)).min(diagnostic.lines.len()).max(start);
    let snippet = Snippet::source(&diagnostic.lines)
        .line_start(diagnostic.start.line)
        .path(&name)
        .annotation(AnnotationKind::Primary.span(start..end));
    let group = level
        .primary_title(&diagnostic.message)
        .id(diagnostic.rule)
        .element(snippet)
        .element(Level::HELP.message(&diagnostic.help))
        .element(Level::NOTE.message(&rule));
    renderer.render(&[group])
}
