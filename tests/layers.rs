//! Imports form layers: no two files of a crate import each other, directly or in a circle.
//!
//! Reads the `use` items and the paths of every file. A module's `mod.rs` may name its children; a
//! `mod` declaration is not an import.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

use self::files::{files, root};

mod files;

const CRATES: [&str; 5] = ["http/src", "jobs/src", "macros/src", "rules/src", "runtime/src"];

/// Folders and files that still import each other. The list may only shrink: an entry without a
/// circle must be removed.
const NOT_MENDED: &[&str] = &["runtime/src/testing/"];

type Module = Vec<String>;

/// The files of a crate by module.
struct Files(BTreeMap<Module, PathBuf>);

impl Files {
    fn read(krate: &str) -> Self {
        let root = root().join(krate);
        let is_command = |path: &PathBuf| path.strip_prefix(&root).unwrap().starts_with("bin");
        let files = files(krate, "rs").into_iter().filter(|path| !is_command(path));
        Self(files.map(|path| (Self::module(&root, &path), path)).collect())
    }

    fn module(root: &Path, path: &Path) -> Module {
        let relative = path.strip_prefix(root).unwrap().with_extension("");
        let mut module: Module = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        match module.last().unwrap().as_str() {
            "mod" | "lib" => drop(module.pop()),
            // Mounted under another name.
            "macro_support" if module.len() == 1 => "__private".clone_into(&mut module[0]),
            _ => {}
        }
        module
    }

    /// The file of the innermost module on the path.
    fn of(&self, path: &[String]) -> Option<&PathBuf> {
        (0..=path.len()).rev().find_map(|len| self.0.get(&path[..len]))
    }
}

/// Collects the paths that a file names, from the root of the crate.
struct Names<'f> {
    files: &'f Files,
    module: Module,
    found: BTreeSet<Module>,
}

impl Names<'_> {
    fn add(&mut self, path: &[String]) {
        let mut base = self.module.clone();
        let rest = match path.first().map(String::as_str) {
            Some("crate") => {
                base.clear();
                &path[1..]
            }
            Some("self") => &path[1..],
            Some("super") => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                base.truncate(base.len().saturating_sub(ups));
                &path[ups..]
            }
            // Relative to this module, if it has such a child.
            Some(child) => {
                base.push(child.to_owned());
                if !self.files.0.contains_key(&base) {
                    return;
                }
                &path[1..]
            }
            None => return,
        };
        base.extend_from_slice(rest);
        self.found.insert(base);
    }

    fn tree(&mut self, before: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(before, &path.tree);
                before.pop();
            }
            syn::UseTree::Name(name) => {
                before.push(name.ident.to_string());
                self.add(before);
                before.pop();
            }
            syn::UseTree::Rename(name) => {
                before.push(name.ident.to_string());
                self.add(before);
                before.pop();
            }
            syn::UseTree::Glob(_) => self.add(before),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
        }
    }
}

fn is_test(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let syn::Meta::List(list) = &attr.meta else { return false };
        let text = list.tokens.to_string();
        attr.path().is_ident("cfg") && (text == "test" || text.contains("(test") || text == "doc")
    })
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            self.tree(&mut Vec::new(), &item.tree);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_some() && !is_test(&item.attrs) {
            self.module.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        if parts.len() > 1 {
            self.add(&parts);
        }
        visit::visit_path(self, path);
    }
}

/// The imports of each file.
fn imports(krate: &str) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let files = Files::read(krate);
    let mut imports = BTreeMap::new();
    for (module, path) in &files.0 {
        let syntax = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
        let mut names = Names { files: &files, module: module.clone(), found: BTreeSet::new() };
        names.visit_file(&syntax);
        let targets = names.found.iter().filter_map(|name| files.of(name)).filter(|target| *target != path);
        imports.insert(path.clone(), targets.cloned().collect());
    }
    imports
}

/// The files that can be reached from one file.
fn reached<'i>(imports: &'i BTreeMap<PathBuf, BTreeSet<PathBuf>>, from: &'i Path) -> BTreeSet<&'i Path> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(file) = next.pop() {
        for target in imports.get(file).into_iter().flatten() {
            if reached.insert(target.as_path()) {
                next.push(target);
            }
        }
    }
    reached
}

/// The circles of a crate: sets of files that reach each other.
fn circles(imports: &BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> Vec<BTreeSet<&Path>> {
    let all: BTreeMap<&Path, BTreeSet<&Path>> =
        imports.keys().map(|file| (file.as_path(), reached(imports, file))).collect();
    let mut circles: Vec<BTreeSet<&Path>> = Vec::new();
    for (file, targets) in &all {
        if targets.contains(file) && !circles.iter().any(|circle| circle.contains(file)) {
            circles.push(targets.iter().filter(|target| all[*target].contains(file)).copied().collect());
        }
    }
    circles
}

#[test]
fn no_two_files_import_each_other() {
    let mut wrong = String::new();
    let mut circular = BTreeSet::new();
    for krate in CRATES {
        let imports = imports(krate);
        assert!(imports.len() > 10, "{krate}: only {} files were read", imports.len());
        for circle in circles(&imports) {
            let names: Vec<String> = circle
                .iter()
                .map(|file| file.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/"))
                .collect();
            let areas: Vec<_> =
                names.iter().map(|file| NOT_MENDED.iter().find(|area| file.starts_with(**area)).copied()).collect();
            if areas.iter().all(Option::is_some) {
                circular.extend(areas.into_iter().flatten());
            } else {
                _ = writeln!(wrong, "\nthese {} files import one another:", names.len());
                for file in circle {
                    let targets = imports[file].iter().filter(|target| names.iter().any(|name| target.ends_with(name)));
                    for target in targets {
                        let [file, target] = [file, target].map(|file| file.strip_prefix(root()).unwrap().display());
                        _ = writeln!(wrong, "    {file} -> {target}");
                    }
                }
            }
        }
    }
    for area in NOT_MENDED {
        assert!(circular.contains(area), "`{area}` is in no circle any more: take it out of the list");
    }
    assert!(wrong.is_empty(), "{wrong}");
}
