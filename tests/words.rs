//! The words of the repository: the length of comments, links of pages, and README's examples.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use regex::Regex;

use self::files::{files, root};

mod files;

/// Names that were replaced by the field's own terms. See CONTRIBUTING.md.
const REPLACED: [&str; 33] = [
    "Aloft",
    "Badge",
    "Belt",
    "Bell",
    "Crew",
    "Deputy",
    "Desk",
    "Entrance",
    "Floor",
    "Flown",
    "GULP",
    "HELPING",
    "Judge",
    "Kit",
    "Landing",
    "Lent",
    "Listing",
    "MODEST",
    "Overtime",
    "Recruits",
    "Relay",
    "Roster",
    "Staff",
    "TASTE",
    "afresh",
    "aloft",
    "crew",
    "deputy",
    "drawers",
    "in_words_of_body",
    "roster",
    "rouse",
    "says_made",
];

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")
}

/// Returns the lines of prose in the comments of a file, with their numbers: no code, no tables.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut is_code = false;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let Some(comment) = trimmed.strip_prefix("//") else {
            is_code = false;
            continue;
        };
        let comment = comment.trim_start_matches(['/', '!']);
        if comment.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code && !comment.starts_with("     ") && !comment.trim_start().starts_with('|') {
            lines.push((index + 1, line));
        }
    }
    lines
}

#[test]
fn lines_of_comments_have_at_most_100_columns() {
    let mut long = String::new();
    for path in files("", "rs")
        .iter()
        .filter(|path| !["tests/ui", "macros/expand"].iter().any(|folder| shown(path).starts_with(folder)))
    {
        let text = fs::read_to_string(path).unwrap();
        for (number, line) in prose(&text) {
            if line.chars().count() > 100 && !line.contains("://") {
                _ = write!(long, "\n{}:{number}", shown(path));
            }
        }
    }
    assert!(long.is_empty(), "comments over 100 columns:{long}");
}

#[test]
fn replaced_names_do_not_come_back() {
    let names = Regex::new(&format!(r"\b(?:{})\b", REPLACED.join("|"))).unwrap();
    let mut found = String::new();
    for path in files("", "rs").iter().filter(|path| shown(path).contains("/src/")) {
        for (index, line) in fs::read_to_string(path).unwrap().lines().enumerate() {
            if let Some(name) = names.find(line) {
                _ = write!(found, "\n{}:{}: {}", shown(path), index + 1, name.as_str());
            }
        }
    }
    assert!(found.is_empty(), "names that have a standard term:{found}");
}

#[test]
fn readme_has_fewer_than_250_lines() {
    let lines = fs::read_to_string(root().join("README.md")).unwrap().lines().count();
    assert!(lines < 250, "{lines} lines");
}

#[test]
fn every_feature_has_a_row_on_the_page_of_features() {
    let manifest = fs::read_to_string(root().join("runtime/Cargo.toml")).unwrap();
    let page = fs::read_to_string(root().join("runtime/docs/features.md")).unwrap();
    let features = manifest.split("[features]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let names = features.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "));
    let missing: Vec<_> =
        names.map(|(name, _)| name).filter(|name| !page.contains(&format!("\n| `{name}` |"))).collect();
    assert_eq!(missing, ["default"]);
}

/// Returns the anchor that a heading gets on a repository's page and in rustdoc.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    let kept: String = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect();
    kept.replace(' ', "-")
}

#[test]
fn relative_links_of_pages_lead_to_files_and_headings() {
    let link = Regex::new(r"(?m)\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)$").unwrap();
    let mut dead = String::new();
    for path in files("", "md") {
        let text = fs::read_to_string(&path).unwrap();
        for link in link.captures_iter(&text) {
            let target = link.get(1).or_else(|| link.get(2)).unwrap().as_str();
            // Paths of items are rustdoc's, which checks them.
            let is_item = target.contains("::") || target.contains('@') || target.starts_with(char::is_uppercase);
            let is_file = target.contains('/') || target.contains(".md") || target.starts_with('#');
            if target.contains("://") || !is_file || is_item && !target.contains(".md") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            if !file.exists() {
                _ = write!(dead, "\n{}: {target}", shown(&path));
            } else if !heading.is_empty() && file.is_file() {
                let text = fs::read_to_string(&file).unwrap();
                let anchors: BTreeSet<_> = text.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
                if !anchors.contains(heading) {
                    _ = write!(dead, "\n{}: {target}", shown(&path));
                }
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere:{dead}");
}

/// Returns the text without indentation and empty lines.
fn unindented(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[test]
fn the_code_of_readme_is_compiled() {
    let compiled = ["tests/behaviour/readme.rs", "http/tests/edge/readme.rs"]
        .map(|path| unindented(&fs::read_to_string(root().join(path)).unwrap()));
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let examples: Vec<_> = readme.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() > 5);
    for example in examples {
        let code = unindented(example);
        assert!(compiled.iter().any(|text| text.contains(&code)), "no test compiles this example:\n{example}");
    }
}
