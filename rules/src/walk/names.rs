//! What a path in a body means, as far as one function shows it: its own `use` declarations and `let spawn = tokio::spawn;` are
//! followed; of the file's nothing is known, so a path counts if at least its last two segments are those of the item that is meant.

use std::collections::HashMap;

use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprCall, Item, ItemUse, Local, Pat, Path, UseTree};

#[derive(Default)]
pub(crate) struct Names {
    imports: HashMap<String, Vec<String>>,
    /// `use tokio::task::*`
    globs: Vec<Vec<String>>,
}

impl Names {
    pub(crate) fn of(block: &Block) -> Self {
        let mut names = Self::default();
        names.visit_block(block);
        names
    }

    /// The segments of a path, imports followed.
    pub(crate) fn segments(&self, path: &Path) -> Vec<String> {
        let mut segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(full) = segments.first().and_then(|first| self.imports.get(first)) {
            segments.splice(..1, full.iter().cloned());
        }
        segments
    }

    /// Whether `path` names one of `items`, each written `krate::module::item`.
    pub(crate) fn is_any(&self, path: &Path, items: &[&str]) -> bool {
        let segments = self.segments(path);
        let through_glob = |item: &str| {
            let full = |glob: &Vec<String>| matches(&[glob.as_slice(), segments.as_slice()].concat(), item);
            self.globs.iter().any(full)
        };
        items.iter().any(|item| matches(&segments, item) || through_glob(item))
    }

    /// Whether `call` calls one of `items`.
    pub(crate) fn calls(&self, call: &ExprCall, items: &[&str]) -> bool {
        called(call).is_some_and(|path| self.is_any(path, items))
    }

    fn import(&mut self, tree: &UseTree, prefix: &mut Vec<String>) {
        let full = |prefix: &[String], name: &syn::Ident| {
            let mut full = prefix.to_vec();
            if name != "self" {
                full.push(name.to_string());
            }
            full
        };
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.import(&path.tree, prefix);
                prefix.pop();
            }
            UseTree::Name(name) => {
                let full = full(prefix, &name.ident);
                self.imports.extend(full.last().cloned().map(|known| (known, full)));
            }
            UseTree::Rename(name) => {
                self.imports.insert(name.rename.to_string(), full(prefix, &name.ident));
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, prefix)),
            UseTree::Glob(_) => self.globs.push(prefix.clone()),
        }
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.import(&item.tree, &mut Vec::new());
    }

    /// `let spawn = tokio::spawn;`
    fn visit_local(&mut self, local: &'a Local) {
        if let (Pat::Ident(name), Some(init)) = (&local.pat, &local.init)
            && let Expr::Path(item) = &*init.expr
            && item.path.segments.len() > 1
        {
            let full = self.segments(&item.path);
            self.imports.insert(name.ident.to_string(), full);
        }
        visit::visit_local(self, local);
    }

    /// Nested functions and modules have imports of their own.
    fn visit_item(&mut self, item: &'a Item) {
        if let Item::Use(item) = item {
            self.visit_item_use(item);
        }
    }
}

/// The path that is called, if it is one.
pub(crate) fn called(call: &ExprCall) -> Option<&Path> {
    match &*call.func {
        Expr::Path(path) => Some(&path.path),
        _ => None,
    }
}

/// The first argument and the name, of `Type::method(first, …)`.
pub(crate) fn called_as_function(expr: &Expr) -> Option<(&Expr, &syn::Ident)> {
    let Expr::Call(call) = expr else { return None };
    let path = called(call).filter(|path| path.segments.len() > 1)?;
    Some((call.args.first()?, &path.segments.last()?.ident))
}

fn matches(segments: &[String], item: &str) -> bool {
    let item: Vec<_> = item.split("::").collect();
    let known = segments.len().min(item.len());
    let same_end = segments.iter().rev().zip(item.iter().rev()).all(|(written, meant)| written == meant);
    same_end && segments.len() <= item.len() && known >= item.len().min(2)
}
