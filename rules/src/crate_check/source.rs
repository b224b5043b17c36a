//! The files of a target, found through `mod` declarations.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{fs, io};

use rayon::Scope;
use syn::{Attribute, File, Item};

use super::cfg::{Cfg, OF_MACRO, path_of};
use super::index::{Index, collect};

/// A file of a target, and its module path.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// The path from the crate's root, without `crate`.
    pub(crate) module: Vec<String>,
}

/// A file or a target that could not be checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Problem {
    /// The file, if the problem has one.
    pub file: Option<PathBuf>,
    /// The line in the file.
    pub line: Option<usize>,
    /// The message.
    pub message: String,
}

impl Problem {
    /// Makes a problem with a file.
    #[must_use]
    pub fn of_file(file: &Path, message: impl Into<String>) -> Self {
        Self::at(file, None, message)
    }

    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { file: None, line: None, message: message.into() }
    }

    pub(crate) fn at(file: &Path, line: Option<usize>, message: impl Into<String>) -> Self {
        Self { file: Some(file.to_owned()), line, message: message.into() }
    }
}

/// The deepest nesting of brackets: the parser and the rules are recursive.
const MAX_DEPTH: usize = 512;

/// Reads and parses a file.
pub(crate) fn parse(path: &Path) -> Result<(String, File), Problem> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(Problem::at(path, None, "the file is not UTF-8"));
        }
        Err(error) => return Err(Problem::at(path, None, format!("the file cannot be read: {error}"))),
    };
    let file = parse_text(&text).map_err(|(line, message)| Problem::at(path, Some(line), message))?;
    Ok((text, file))
}

/// Parses a file's text; an error carries its line.
pub(crate) fn parse_text(text: &str) -> Result<File, (usize, String)> {
    if let Some(line) = too_deep(text) {
        return Err((line, format!("more than {MAX_DEPTH} brackets are open at once")));
    }
    syn::parse_file(text).map_err(|error| (error.span().start().line, format!("the file does not parse: {error}")))
}

/// The line of the first bracket that is nested too deeply; brackets in comments and strings
/// count.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut line) = (0_usize, 1);
    for byte in text.bytes() {
        match byte {
            b'\n' => line += 1,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Some(line);
        }
    }
    None
}

/// The files and problems of a target.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) sources: Vec<Source>,
    pub(crate) index: Index,
    pub(crate) problems: Vec<Problem>,
}

/// Reads the root file of a target and all files below it.
pub(crate) fn find(root: &Path, krate: &str, cfg: &Cfg) -> Found {
    let found = Mutex::new(Found::default());
    let finder = Finder { krate, cfg, found: &found };
    rayon::scope(|scope| {
        let root = Job { path: root.to_owned(), module: Vec::new(), chain: Vec::new(), is_optional: false };
        finder.file(root, scope);
    });
    let mut found = found.into_inner().unwrap_or_default();
    found.sources.sort_by(|a, b| (&a.path, &a.module).cmp(&(&b.path, &b.module)));
    found.problems.sort();
    found
}

#[derive(Clone, Copy)]
struct Finder<'f> {
    krate: &'f str,
    cfg: &'f Cfg,
    found: &'f Mutex<Found>,
}

struct Job {
    path: PathBuf,
    module: Vec<String>,
    /// The files on the path from the root.
    chain: Vec<PathBuf>,
    /// `true` if a macro declares the module, whose file may not exist.
    is_optional: bool,
}

/// The folders of the files of a module's children.
#[derive(Clone)]
struct Folder {
    /// The folder for `mod name;`.
    children: PathBuf,
    /// The folder for `#[path = "…"] mod name;`.
    paths: PathBuf,
}

impl<'f> Finder<'f> {
    fn file<'s>(self, job: Job, scope: &Scope<'s>)
    where
        'f: 's,
    {
        if job.chain.contains(&job.path) {
            let message = "the module includes itself through a cycle of `mod` declarations";
            return self.problem(Problem::at(&job.path, None, message));
        }
        let mut file = match parse(&job.path) {
            Ok((_, file)) => file,
            Err(problem) if job.is_optional && !job.path.exists() => return drop(problem),
            Err(problem) => return self.problem(problem),
        };
        self.cfg.prune(&mut file);
        let mut index = Index::default();
        collect(&file, self.krate, &job.module, &mut index);
        {
            let mut found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            found.index.extend(index);
            found.sources.push(Source { path: job.path.clone(), module: job.module.clone() });
        }
        let folder = folder(&job.path, job.chain.is_empty());
        let mut chain = job.chain;
        chain.push(job.path);
        for child in children(&file.items, &job.module, &folder, &chain) {
            scope.spawn(move |scope| self.file(child, scope));
        }
        drop(file);
        proc_macro2::extra::invalidate_current_thread_spans();
    }

    fn problem(self, problem: Problem) {
        self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).problems.push(problem);
    }
}

/// The files of the `mod` declarations.
fn children(items: &[Item], module: &[String], folder: &Folder, chain: &[PathBuf]) -> Vec<Job> {
    let mut jobs = Vec::new();
    for item in items {
        let Item::Mod(item) = item else { continue };
        let name = item.ident.to_string();
        let file_name = name.trim_start_matches("r#").to_owned();
        let mut below = module.to_vec();
        below.push(name);
        let given = path_of(&item.attrs);
        match (&item.content, given) {
            (Some((_, items)), given) => {
                let inner = given.map_or_else(|| folder.children.join(&file_name), |path| folder.paths.join(path));
                let inner = Folder { children: inner.clone(), paths: inner };
                jobs.extend(children(items, &below, &inner, chain));
            }
            (None, Some(path)) => {
                jobs.push(job(&folder.paths.join(path), below, chain, &item.attrs));
            }
            (None, None) => {
                let plain = folder.children.join(format!("{file_name}.rs"));
                let nested = folder.children.join(&file_name).join("mod.rs");
                let path = if !plain.exists() && nested.exists() { nested } else { plain };
                jobs.push(job(&path, below, chain, &item.attrs));
            }
        }
    }
    jobs
}

fn job(path: &Path, module: Vec<String>, chain: &[PathBuf], attrs: &[Attribute]) -> Job {
    let is_optional = attrs.iter().any(|attr| attr.path().is_ident(OF_MACRO));
    Job { path: normalized(path), module, chain: chain.to_vec(), is_optional }
}

/// Removes `.` and `..`, so that each file has one name.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

fn folder(path: &Path, is_root: bool) -> Folder {
    let parent = path.parent().unwrap_or(Path::new(""));
    let stem = path.file_stem().unwrap_or_default();
    let children = if is_root || stem == "mod" { parent.to_owned() } else { parent.join(stem) };
    Folder { children, paths: parent.to_owned() }
}
