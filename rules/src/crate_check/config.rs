//! `taskward.toml`: levels of rules, additional blocking calls and owners, and excluded files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::source::Problem;
use crate::engine::names::{NAMES, nearest};
use crate::engine::settings::Settings;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// The finding is not reported.
    Allow,
    /// The finding is reported, and the check passes.
    Warn,
    /// The finding is reported, and the check fails.
    Deny,
}

/// The content of a `taskward.toml`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) levels: BTreeMap<String, Level>,
    pub(crate) settings: Settings,
    /// Excluded files and folders, as absolute paths.
    pub(crate) exclude: Vec<PathBuf>,
}

const FILE: &str = "taskward.toml";

const KEYS: [&str; 4] = ["levels", "blocking", "owners", "exclude"];

impl Config {
    /// Reads the file in the folder, or in its nearest ancestor that has one.
    pub(crate) fn find(folder: &Path, problems: &mut Vec<Problem>) -> Self {
        let file = folder.ancestors().map(|folder| folder.join(FILE)).find(|file| file.is_file());
        file.map_or_else(Self::default, |file| Self::read(&file, problems))
    }

    fn read(file: &Path, problems: &mut Vec<Problem>) -> Self {
        let table = fs::read_to_string(file).map_err(|error| error.to_string());
        let table = table.and_then(|text| text.parse::<Table>().map_err(|error| error.to_string()));
        match table {
            Ok(table) => Self::of(&table, file, problems),
            Err(error) => {
                problems.push(Problem::at(file, None, error.trim_end()));
                Self::default()
            }
        }
    }

    fn of(table: &Table, file: &Path, problems: &mut Vec<Problem>) -> Self {
        let mut config = Self::default();
        let mut problem = |message: String| problems.push(Problem::at(file, None, message));
        for (key, value) in table {
            match (key.as_str(), value) {
                ("levels", Value::Table(levels)) => {
                    for (rule, level) in levels {
                        match (known(rule), level.as_str().and_then(level_of)) {
                            (Err(message), _) => problem(message),
                            (_, None) => problem(format!("the level of `{rule}` is `allow`, `warn` or `deny`")),
                            (Ok(()), Some(level)) => drop(config.levels.insert(rule.clone(), level)),
                        }
                    }
                }
                ("blocking" | "owners" | "exclude", Value::Array(items)) => {
                    let texts: Option<Vec<_>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
                    match (texts, key.as_str()) {
                        (None, _) => problem(format!("`{key}` is a list of strings")),
                        (Some(texts), "blocking") => config.settings.blocking = texts,
                        (Some(texts), "owners") => config.settings.owners = texts,
                        (Some(texts), _) => {
                            let folder = file.parent().unwrap_or(Path::new(""));
                            config.exclude = texts.iter().map(|path| folder.join(path)).collect();
                        }
                    }
                }
                ("levels", _) => problem("`levels` is a table: `[levels]`, and in it `rule = \"warn\"`".to_owned()),
                (key, _) if KEYS.contains(&key) => problem(format!("`{key}` is a list of strings")),
                (key, _) => problem(unknown("key", key, &KEYS)),
            }
        }
        config
    }

    pub(crate) fn level(&self, rule: &str) -> Level {
        self.levels.get(rule).copied().unwrap_or(Level::Deny)
    }

    pub(crate) fn excludes(&self, file: &Path) -> bool {
        self.exclude.iter().any(|path| file.starts_with(path))
    }
}

fn level_of(text: &str) -> Option<Level> {
    match text {
        "allow" => Some(Level::Allow),
        "warn" => Some(Level::Warn),
        "deny" => Some(Level::Deny),
        _ => None,
    }
}

/// Returns an error that suggests the nearest name if the rule is unknown.
pub(crate) fn known(rule: &str) -> Result<(), String> {
    if NAMES.contains(&rule) { Ok(()) } else { Err(unknown("rule", rule, NAMES)) }
}

fn unknown(what: &str, written: &str, known: &[&str]) -> String {
    match nearest(written, known.iter().copied()) {
        Some(meant) => format!("there is no {what} `{written}`: did you mean `{meant}`?"),
        None => format!("there is no {what} `{written}`: there are {}", known.join(", ")),
    }
}
