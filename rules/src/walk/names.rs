//! Resolves paths in a body: through its own `use` declarations and `let spawn = tokio::spawn;`,
//! then through those of the module if they are visible.
//!
//! If the module is not visible, a path matches an item if their last two segments are equal.

use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprCall, Ident, Item, ItemUse, Local, Pat, Path};

use super::module::{Imports, Module};
use super::syntax::called;

pub(crate) struct Names<'m> {
    module: Option<&'m Module<'m>>,
    imports: Imports,
}

impl<'m> Names<'m> {
    pub(crate) fn of(block: &Block, module: Option<&'m Module<'m>>) -> Self {
        let mut names = Self { module, imports: Imports::default() };
        names.visit_block(block);
        names
    }

    /// The names of a module's items.
    pub(crate) fn of_module(module: &'m Module<'m>) -> Self {
        Self { module: Some(module), imports: Imports::default() }
    }

    /// Returns whether the items around the function are known.
    pub(crate) fn sees_module(&self) -> bool {
        self.module.is_some()
    }

    /// Returns whether only a glob import of an outer module can declare the name: `use super::*`
    /// in an inline `mod`.
    pub(crate) fn is_unknown(&self, name: &str) -> bool {
        self.module.is_none_or(|module| {
            let is_known = module.imports.names.contains_key(name) || module.own.contains(name);
            !is_known && module.imports.globs.iter().any(|glob| glob.iter().all(|part| part == "super"))
        })
    }

    /// The segments of a path, with imports resolved.
    pub(crate) fn segments(&self, path: &Path) -> Vec<String> {
        let mut segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let Some(first) = segments.first() else { return segments };
        let known = |imports: &Imports| imports.names.get(first).cloned();
        if let Some(full) = known(&self.imports) {
            segments.splice(..1, full);
        } else if let Some(module) = self.module {
            if let Some(full) = known(&module.imports) {
                segments.splice(..1, full);
            } else if module.own.contains(first) && path.leading_colon.is_none() {
                segments.insert(0, "self".to_owned());
            }
        }
        self.module.and_then(|module| module.resolve.as_ref()?(&segments)).unwrap_or(segments)
    }

    /// Returns whether `path` names one of `items`, each written `krate::module::item`.
    pub(crate) fn is_any(&self, path: &Path, items: &[&str]) -> bool {
        let segments = self.segments(path);
        let globs = self.imports.globs.iter().chain(self.module.iter().flat_map(|module| &module.imports.globs));
        let through_glob =
            |item: &str| globs.clone().any(|glob| matches(&[glob.as_slice(), segments.as_slice()].concat(), item));
        items.iter().any(|item| matches(&segments, item) || through_glob(item))
    }

    /// Returns whether a path names a function that is known not to be `async`.
    pub(crate) fn is_plain(&self, path: &Path) -> bool {
        let is_plain = |module: &Module<'_>| Some(module.is_plain.as_ref()?(&self.segments(path)));
        self.module.and_then(is_plain).unwrap_or(false)
    }

    /// Returns whether a method of this name is known to be async, on any receiver.
    pub(crate) fn is_async_method(&self, name: &Ident) -> bool {
        let is_async = |module: &Module<'_>| Some(module.is_async_method.as_ref()?(&name.to_string()));
        self.module.and_then(is_async).unwrap_or(false)
    }

    /// Returns whether `call` calls one of `items`.
    pub(crate) fn calls(&self, call: &ExprCall, items: &[&str]) -> bool {
        called(call).is_some_and(|path| self.is_any(path, items))
    }
}

impl<'a> Visit<'a> for Names<'_> {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.imports.add(&item.tree);
    }

    /// `let spawn = tokio::spawn;`
    fn visit_local(&mut self, local: &'a Local) {
        if let (Pat::Ident(name), Some(init)) = (&local.pat, &local.init)
            && let Expr::Path(item) = &*init.expr
            && item.path.segments.len() > 1
        {
            let full = self.segments(&item.path);
            self.imports.names.insert(name.ident.to_string(), full);
        }
        visit::visit_local(self, local);
    }

    /// Nested functions and modules have their own imports.
    fn visit_item(&mut self, item: &'a Item) {
        if let Item::Use(item) = item {
            self.visit_item_use(item);
        }
    }
}

/// Returns whether at least the last two segments match, and any segments before them.
fn matches(segments: &[String], item: &str) -> bool {
    // Most paths differ in the last segment.
    if !segments.last().is_some_and(|last| item.ends_with(last.as_str())) {
        return false;
    }
    let item: Vec<_> = item.split("::").collect();
    let same_end = segments.iter().rev().zip(item.iter().rev()).all(|(written, meant)| written == meant);
    same_end && segments.len() <= item.len() && segments.len() >= item.len().min(2)
}

/// Returns whether a path ends with an entry of `taskward.toml`, or is the end of one.
pub(crate) fn is_listed(segments: &[String], list: &[String]) -> bool {
    list.iter().any(|entry| {
        let entry: Vec<_> = entry.split("::").filter(|part| *part != "crate").collect();
        let is_same = segments.iter().rev().zip(entry.iter().rev()).all(|(written, meant)| written == meant);
        is_same && segments.len() >= entry.len().min(2)
    })
}
