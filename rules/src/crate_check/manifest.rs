//! Packages and targets, read from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::source::Problem;

/// A target's root file, as Cargo compiles it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The crate's name in paths.
    pub(crate) krate: String,
    pub(crate) root: PathBuf,
    /// The folder of the package.
    pub(crate) folder: PathBuf,
    pub(crate) features: BTreeSet<String>,
}

/// The targets and features to check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) packages: Vec<String>,
    /// Target kinds besides libraries and binaries: `test`, `example`, `bench`.
    pub(crate) kinds: BTreeSet<&'static str>,
    pub(crate) features: Vec<String>,
    pub(crate) all_features: bool,
    pub(crate) no_default_features: bool,
}

/// The workspace of a folder or of a manifest.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) targets: Vec<Target>,
}

/// Reads the output of `cargo metadata`.
pub(crate) fn read(path: &Path, selection: &Selection) -> Result<Workspace, Problem> {
    let manifest = if path.is_dir() { path.join("Cargo.toml") } else { path.to_owned() };
    if !manifest.is_file() {
        return Err(Problem::at(&manifest, None, "there is no such file: name a folder with a `Cargo.toml`"));
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline", "--manifest-path"])
        .arg(&manifest)
        .output()
        .map_err(|error| Problem::new(format!("`cargo metadata` cannot be run: {error}")))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(Problem::at(&manifest, None, error.trim().trim_start_matches("error: ")));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| Problem::new(format!("the output of `cargo metadata` cannot be read: {error}")))?;
    workspace(&metadata, &manifest, selection)
}

fn workspace(metadata: &Value, manifest: &Path, selection: &Selection) -> Result<Workspace, Problem> {
    let root = PathBuf::from(metadata["workspace_root"].as_str().unwrap_or_default());
    let all: Vec<_> = metadata["packages"].as_array().into_iter().flatten().collect();
    // A member's manifest selects that member; the workspace's manifest selects all members.
    let canonical = manifest.canonicalize().unwrap_or_else(|_| manifest.to_owned());
    let is_given =
        |package: &&&Value| package["manifest_path"].as_str().is_some_and(|path| canonical == Path::new(path));
    let is_root = canonical.parent() == Some(root.as_path());
    let given: Vec<_> = if is_root { Vec::new() } else { all.iter().filter(is_given).collect() };
    let members: Vec<&Value> = if given.is_empty() { all } else { given.into_iter().copied().collect() };
    for name in &selection.packages {
        if !members.iter().any(|package| package["name"] == name.as_str()) {
            return Err(Problem::at(manifest, None, format!("there is no package `{name}` in the workspace")));
        }
    }
    let is_selected = |package: &&&Value| {
        selection.packages.is_empty() || selection.packages.iter().any(|name| package["name"] == name.as_str())
    };
    let targets: Vec<_> = members.iter().filter(is_selected).flat_map(|package| targets(package, selection)).collect();
    if members.is_empty() {
        return Err(Problem::at(manifest, None, "the workspace has no members: there is nothing to check"));
    }
    Ok(Workspace { root, targets })
}

fn targets(package: &Value, selection: &Selection) -> Vec<Target> {
    let features = features(package, selection);
    let folder = Path::new(package["manifest_path"].as_str().unwrap_or_default()).parent().unwrap_or(Path::new(""));
    let targets = package["targets"].as_array().into_iter().flatten();
    let of = |target: &Value| {
        let kinds: Vec<_> = target["kind"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let has = |kind: &str| kinds.contains(&kind);
        let is_lib = kinds.iter().any(|kind| kind.ends_with("lib") || *kind == "proc-macro");
        let is_wanted = is_lib || has("bin") || selection.kinds.iter().any(|kind| has(kind));
        let name = target["name"].as_str()?.replace('-', "_");
        // A binary may have the name of the library that it uses.
        let krate = if is_lib { name } else { format!("{}:{name}", kinds.first()?) };
        let root = PathBuf::from(target["src_path"].as_str()?);
        is_wanted.then(|| Target { krate, root, folder: folder.to_owned(), features: features.clone() })
    };
    targets.filter_map(of).collect()
}

/// The enabled features, with the features that they enable.
fn features(package: &Value, selection: &Selection) -> BTreeSet<String> {
    let known: BTreeMap<&str, Vec<&str>> = package["features"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, enables)| {
            (name.as_str(), enables.as_array().into_iter().flatten().filter_map(Value::as_str).collect())
        })
        .collect();
    let mut queue: Vec<&str> = if selection.all_features {
        known.keys().copied().collect()
    } else {
        selection.features.iter().map(String::as_str).collect()
    };
    if !selection.no_default_features {
        queue.push("default");
    }
    let mut on = BTreeSet::new();
    while let Some(feature) = queue.pop() {
        let feature =
            feature.rsplit_once('/').filter(|(of, _)| package["name"] == *of).map_or(feature, |(_, name)| name);
        if let Some(enables) = known.get(feature)
            && on.insert(feature.to_owned())
        {
            queue.extend(enables.iter().filter(|enabled| !enabled.contains([':', '/'])));
        }
    }
    on
}
