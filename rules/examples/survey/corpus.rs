//! The code for trying the rules: published Tokio code bases, with their tests and examples.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::Value;

pub(crate) const CRATES: [(&str, &str); 26] = [
    ("apalis-core", "1.0.0"),
    ("async-nats", "0.51.0"),
    ("axum", "0.8.9"),
    ("bb8", "0.9.1"),
    ("deadpool", "0.13.1"),
    ("h2", "0.4.20"),
    ("hyper", "1.12.0"),
    ("hyper-util", "0.1.21"),
    ("kube-client", "5.0.0"),
    ("kube-runtime", "5.0.0"),
    ("lapin", "4.12.3"),
    ("moka", "0.12.16"),
    ("mongodb", "3.9.1"),
    ("object_store", "0.14.2"),
    ("quinn", "0.11.12"),
    ("redis", "1.8.1"),
    ("rumqttc", "0.25.1"),
    ("russh", "0.65.1"),
    ("salvo_core", "1.1.0"),
    ("sea-orm", "2.0.4"),
    ("tokio", "1.54.1"),
    ("tokio-postgres", "0.7.18"),
    ("tokio-tungstenite", "0.30.0"),
    ("tokio-util", "0.7.20"),
    ("tower", "0.5.3"),
    ("tower-http", "0.7.1"),
];

/// Code that uses cancellation tokens.
pub(crate) const WITH_TOKENS: [(&str, &str); 14] = [
    ("hickory-server", "0.26.3"),
    ("iroh", "1.4.1"),
    ("iroh-blobs", "0.104.0"),
    ("iroh-gossip", "0.101.0"),
    ("iroh-relay", "1.4.1"),
    ("kube-runtime", "5.0.0"),
    ("poem", "3.1.12"),
    ("rmcp", "3.11.0"),
    ("salvo_core", "1.1.0"),
    ("tokio-graceful-shutdown", "0.20.0"),
    ("tokio-util", "0.7.20"),
    ("zenoh", "1.10.2"),
    ("zenoh-task", "1.10.2"),
    ("zenoh-transport", "1.10.2"),
];

/// Hits that we read and found wrong: rule, file and line.
pub(crate) fn false_alarms() -> impl Iterator<Item = &'static str> {
    include_str!("false_alarms.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Downloads the crates through Cargo. Returns the folders of their sources.
pub(crate) fn fetch(crates: &[(&str, &str)]) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let packages = packages(crates)?;
    let of = |(name, version): (&str, &str)| {
        let package = packages.iter().find(|package| package["name"] == name && package["version"] == version);
        package.and_then(folder).ok_or(format!("no {name}"))
    };
    Ok(crates.iter().copied().map(of).collect::<Result<_, _>>()?)
}

/// Downloads the crates and all their dependencies, in one version each.
pub(crate) fn fetch_all(crates: &[(&str, &str)]) -> Result<BTreeMap<String, PathBuf>, Box<dyn Error>> {
    let packages = packages(crates)?;
    let of = |package: &Value| Some((package["name"].as_str()?.to_owned(), folder(package)?));
    Ok(packages.iter().filter_map(of).filter(|(name, _)| name != "survey").collect())
}

fn folder(package: &Value) -> Option<PathBuf> {
    Some(PathBuf::from(package["manifest_path"].as_str()?).parent()?.to_owned())
}

/// A folder below Cargo's target folder.
pub(crate) fn target(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target").join(name)
}

fn packages(crates: &[(&str, &str)]) -> Result<Vec<Value>, Box<dyn Error>> {
    let root = target(&format!("survey-{}", crates.len()));
    fs::create_dir_all(root.join("src"))?;
    fs::write(root.join("src/lib.rs"), "")?;
    let mut manifest =
        "[package]\nname = \"survey\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n"
            .to_owned();
    for (name, version) in crates {
        writeln!(manifest, "{name} = {{ version = \"={version}\", default-features = false }}")?;
    }
    fs::write(root.join("Cargo.toml"), manifest)?;
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .stderr(Stdio::inherit())
        .output()?;
    let mut metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array_mut().ok_or("no packages")?;
    Ok(std::mem::take(packages))
}
