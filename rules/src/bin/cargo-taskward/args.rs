//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;
use taskward_rules::{CrateCheck, Format};

pub(crate) const HELP: &str = "\
Checks async code against the rules of taskward.

Usage: cargo taskward check [OPTIONS] [PATH]
       cargo taskward suggest [OPTIONS] [PATH]
       cargo taskward --explain RULE

Commands:
  check      Reports violations in each member of the workspace
  suggest    Lists the functions that need a context, in the order for converting them

PATH is a folder with a Cargo.toml, a Cargo.toml, or the root file of a crate. The default is the current folder.

Options:
  -p, --package NAME       Check only this member; may be repeated
  -F, --features LIST      Enable these features
      --all-features       Enable all features
      --no-default-features  Disable the default features
      --cfg NAME           Set this condition
      --tests              Include tests: targets, #[cfg(test)] modules, #[test] functions
      --examples           Include examples
      --benches            Include benches
      --all-targets        Include tests, examples and benches
      --message-format F   human (like rustc), json (rustc's schema), sarif or github
      --baseline FILE      Do not report the findings in FILE; create FILE if it does not exist
      --update-baseline    Replace the findings in FILE
      --color WHEN         auto, always or never
      --explain RULE       Print the page of a rule
      --list               Print the names of all rules
  -h, --help
  -V, --version

taskward.toml sets levels, blocking functions, owners of tasks and exclusions:
  blocking = [\"db::query_sync\"]      # functions that block the thread
  owners = [\"Supervisor::adopt\"]     # functions that own the task of a handle
  exclude = [\"src/generated\"]        # files and folders
  [levels]
  bare_timeout = \"warn\"              # allow, warn or deny

A comment `// taskward: allow(rule)` on or above a line, or above a function, allows the findings there.

Exit code: 0 for no findings, 1 for violations, 2 if a file could not be checked.
";

/// The command to run.
pub(crate) enum Command {
    Help,
    Version,
    List,
    Explain(String),
    Check(Options),
    Suggest(Options),
}

type Change = Box<dyn FnOnce(CrateCheck) -> CrateCheck>;

#[derive(Default)]
pub(crate) struct Options {
    path: Option<PathBuf>,
    changes: Vec<Change>,
    pub(crate) format: Format,
    pub(crate) baseline: Option<PathBuf>,
    pub(crate) update_baseline: bool,
    pub(crate) color: Option<bool>,
}

impl Options {
    /// The check to run.
    pub(crate) fn take_check(&mut self) -> CrateCheck {
        let path = self.path.take().unwrap_or_else(|| PathBuf::from("."));
        self.changes.drain(..).fold(CrateCheck::new(path), |check, change| change(check))
    }

    fn change(&mut self, change: impl FnOnce(CrateCheck) -> CrateCheck + 'static) {
        self.changes.push(Box::new(change));
    }
}

/// Parses the arguments after the program's name.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    let mut args = args.into_iter().peekable();
    // Cargo calls `cargo-taskward taskward check`.
    args.next_if(|first| first == "taskward");
    let mut parser = lexopt::Parser::from_args(args);
    let mut options = Options::default();
    let mut command: Option<String> = None;
    while let Some(arg) = parser.next()? {
        match arg {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("list") => return Ok(Command::List),
            Long("explain") => return Ok(Command::Explain(parser.value()?.string()?)),
            Short('p') | Long("package") => {
                let name = parser.value()?.string()?;
                options.change(|check| check.package(name));
            }
            Short('F') | Long("features") => {
                let list = parser.value()?.string()?;
                for name in list.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned) {
                    options.change(|check| check.feature(name));
                }
            }
            Long("cfg") => {
                let name = parser.value()?.string()?;
                options.change(|check| check.cfg(name));
            }
            Long("all-features") => options.change(|check| check.all_features(true)),
            Long("no-default-features") => options.change(|check| check.no_default_features(true)),
            Long("tests") => options.change(|check| check.tests(true)),
            Long("examples") => options.change(|check| check.examples(true)),
            Long("benches") => options.change(|check| check.benches(true)),
            Long("all-targets") => options.change(|check| check.tests(true).examples(true).benches(true)),
            Long("workspace" | "all") => {}
            Long("message-format") => options.format = parser.value()?.parse_with(format)?,
            Long("baseline") => options.baseline = Some(parser.value()?.into()),
            Long("update-baseline") => options.update_baseline = true,
            Long("color") => options.color = parser.value()?.parse_with(color)?,
            Long("manifest-path") => options.path = Some(parser.value()?.into()),
            Value(value) if command.is_none() => command = Some(value.string()?),
            Value(value) if options.path.is_none() => options.path = Some(value.into()),
            _ => return Err(arg.unexpected()),
        }
    }
    if options.update_baseline && options.baseline.is_none() {
        return Err("`--update-baseline` needs `--baseline FILE`".into());
    }
    match command.as_deref() {
        Some("check") => Ok(Command::Check(options)),
        Some("suggest") => Ok(Command::Suggest(options)),
        Some(other) => Err(format!("there is no command `{other}`: there are `check` and `suggest`").into()),
        None => Ok(Command::Help),
    }
}

fn format(text: &str) -> Result<Format, String> {
    match text {
        "human" => Ok(Format::Human),
        "json" => Ok(Format::Json),
        "sarif" => Ok(Format::Sarif),
        "github" => Ok(Format::Github),
        _ => Err("a format is human, json, sarif or github".to_owned()),
    }
}

fn color(text: &str) -> Result<Option<bool>, String> {
    match text {
        "auto" => Ok(None),
        "always" => Ok(Some(true)),
        "never" => Ok(Some(false)),
        _ => Err("a color is auto, always or never".to_owned()),
    }
}
