//! `cargo taskward`: applies the rules to a whole crate.

mod args;

use std::env;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use taskward_rules::{Baseline, Format, NAMES, Problem, Report, nearest, page};

use self::args::{Command, HELP, Options, parse};

/// The exit code if a file could not be checked.
const UNCHECKED: u8 = 2;

fn main() -> ExitCode {
    let command = match parse(env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}\n\nFor more information, try `cargo taskward --help`.");
            return ExitCode::from(UNCHECKED);
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let code = run(command, &mut out).and_then(|code| out.flush().map(|()| code));
    match code {
        Ok(code) => ExitCode::from(code),
        // The reader has closed the pipe: `cargo taskward check | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: the report cannot be written: {error}");
            ExitCode::from(UNCHECKED)
        }
    }
}

fn run(command: Command, out: &mut dyn Write) -> io::Result<u8> {
    match command {
        Command::Help => write!(out, "{HELP}").map(|()| 0),
        Command::Version => writeln!(out, "cargo-taskward {}", env!("CARGO_PKG_VERSION")).map(|()| 0),
        Command::List => NAMES.iter().try_for_each(|name| writeln!(out, "{name}")).map(|()| 0),
        Command::Explain(rule) => explain(&rule, out),
        Command::Check(mut options) => check(&mut options, out),
        Command::Suggest(mut options) => suggest(&mut options, out),
    }
}

fn explain(rule: &str, out: &mut dyn Write) -> io::Result<u8> {
    if NAMES.contains(&rule) {
        return write!(out, "{}", page(rule)).map(|()| 0);
    }
    let _ = match nearest(rule, NAMES.iter().copied()) {
        Some(meant) => writeln!(io::stderr(), "error: there is no rule `{rule}`: did you mean `{meant}`?"),
        None => writeln!(io::stderr(), "error: there is no rule `{rule}`: run `cargo taskward --list` for all rules"),
    };
    Ok(UNCHECKED)
}

fn check(options: &mut Options, out: &mut dyn Write) -> io::Result<u8> {
    let mut report = options.take_check().run();
    let is_new = options.baseline.as_deref().is_some_and(|file| options.update_baseline || !file.exists());
    match &options.baseline {
        Some(file) if is_new && report.problems.is_empty() => write_baseline(file, &mut report),
        Some(file) if !is_new => read_baseline(file, &mut report),
        _ => {}
    }
    let base = env::current_dir()?;
    let color = options.color.unwrap_or_else(|| io::stdout().is_terminal());
    report.write(options.format, &base, color, out)?;
    let code = match () {
        () if !report.problems.is_empty() => UNCHECKED,
        // With `--update-baseline`, new findings are expected.
        () if report.fails() && !options.update_baseline => 1,
        () => 0,
    };
    if options.format == Format::Human {
        summary(&report, out)?;
    }
    Ok(code)
}

fn summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (found, files) = (count(report.diagnostics.len(), "finding"), count(report.files, "file"));
    writeln!(out, "{found} in {files}")?;
    if let Some(first) = report.diagnostics.first() {
        writeln!(out, "For more about a rule, try `cargo taskward --explain {}`.", first.rule)?;
    }
    Ok(())
}

fn write_baseline(file: &Path, report: &mut Report) {
    let baseline = Baseline::of(&report.diagnostics, &report.root);
    let _ = match baseline.write(file) {
        Ok(()) => {
            let (count, file) = (baseline.len(), file.display());
            writeln!(io::stderr(), "note: {count} findings are written to {file}, and are not reported from now on")
        }
        Err(error) => {
            report.problems.push(Problem::of_file(file, format!("the baseline cannot be written: {error}")));
            Ok(())
        }
    };
}

fn read_baseline(file: &Path, report: &mut Report) {
    match Baseline::read(file) {
        Ok(baseline) => {
            let gone = baseline.subtract(&mut report.diagnostics, &report.root);
            if gone > 0 {
                let file = file.display();
                let _ = writeln!(
                    io::stderr(),
                    "note: {gone} findings in {file} are gone: `--update-baseline` removes them"
                );
            }
        }
        Err(error) => report.problems.push(Problem::of_file(file, error)),
    }
}

fn suggest(options: &mut Options, out: &mut dyn Write) -> io::Result<u8> {
    let (suggestions, problems) = options.take_check().suggest();
    let base = env::current_dir()?;
    let mut level = None;
    for found in &suggestions {
        if level != Some((found.level, found.is_circular)) {
            level = Some((found.level, found.is_circular));
            let what = match (found.level, found.is_circular) {
                (_, true) => "Last: these call each other, so convert them together".to_owned(),
                (0, _) => "First: these call no other function that waits".to_owned(),
                (level, _) => format!("Step {}: these call only those above", level + 1),
            };
            writeln!(out, "{}{what}\n", if level == Some((0, false)) { "" } else { "\n" })?;
        }
        let file = found.file.strip_prefix(&base).unwrap_or(&found.file).display();
        writeln!(out, "{file}:{}: {}\n    needs {}", found.line, found.path, found.needs)?;
        if !found.callers.is_empty() {
            writeln!(out, "    callers that pass it: {}", found.callers.join(", "))?;
        }
    }
    for problem in &problems {
        let file = problem.file.as_deref().map(|file| format!("{}: ", file.display())).unwrap_or_default();
        let _ = writeln!(io::stderr(), "error: could not check {file}{}", problem.message);
    }
    writeln!(out, "\n{} functions", suggestions.len())?;
    Ok(if problems.is_empty() { 0 } else { UNCHECKED })
}
