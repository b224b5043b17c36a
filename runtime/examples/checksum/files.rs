//! Finds the files.

use std::path::{Path, PathBuf};
use std::{fs, io};

use taskward::{Context, ContextError, cancellable};
use tokio::task::spawn_blocking;
use walkdir::{DirEntry, WalkDir};

#[derive(Default)]
pub(crate) struct Found {
    /// In path order, without duplicates.
    pub(crate) files: Vec<PathBuf>,
    /// Paths that could not be read, with the reason.
    pub(crate) problems: Vec<(PathBuf, String)>,
}

/// Finds every file below `paths`.
#[cancellable]
pub(crate) async fn find(ctx: &Context, paths: Vec<PathBuf>) -> Result<Found, ContextError> {
    let walking = spawn_blocking({
        let ctx = ctx.clone();
        move || walk(&ctx, &paths)
    });
    walking.await.expect("walking does not panic")
}

/// Walks on its own thread, which only checks of the context can interrupt.
fn walk(ctx: &Context, paths: &[PathBuf]) -> Result<Found, ContextError> {
    let mut found = Found::default();
    for entry in paths.iter().flat_map(WalkDir::new) {
        ctx.check()?;
        match entry {
            Ok(entry) => found.entry(entry),
            Err(error) => {
                let path = error.path().unwrap_or(Path::new("?")).to_owned();
                let reason = error.io_error().map_or_else(|| error.to_string(), io::Error::to_string);
                found.problems.push((path, reason));
            }
        }
    }
    found.files.sort();
    found.files.dedup();
    Ok(found)
}

impl Found {
    fn entry(&mut self, entry: DirEntry) {
        let kind = entry.file_type();
        let is_file = if kind.is_symlink() {
            fs::metadata(entry.path()).map(|target| target.is_file())
        } else if kind.is_dir() || kind.is_file() || entry.depth() > 0 {
            Ok(kind.is_file())
        } else {
            Err(io::Error::other("not a file or a directory"))
        };
        match is_file {
            Ok(true) if entry.path().to_str().is_none() => {
                self.problems.push((entry.into_path(), "the name is not UTF-8".into()));
            }
            Ok(true) => self.files.push(entry.into_path()),
            Ok(false) => {}
            Err(error) => self.problems.push((entry.into_path(), error.to_string())),
        }
    }
}
