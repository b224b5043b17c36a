//! What a path in a body means, as far as one function shows it: its own `use` declarations are followed; of the file's
//! nothing is known, so a path counts if at least its last two segments are those of the item that is meant.

use std::collections::HashMap;

use syn::visit::Visit;
use syn::{Block, Expr, ExprCall, Path, UseTree};

pub(crate) struct Names {
    imports: HashMap<String, Vec<String>>,
}

impl Names {
    pub(crate) fn of(block: &Block) -> Self {
        struct Imports(HashMap<String, Vec<String>>);
        impl<'a> Visit<'a> for Imports {
            fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
                import(&item.tree, &mut Vec::new(), &mut self.0);
            }
        }
        let mut imports = Imports(HashMap::new());
        imports.visit_block(block);
        Self { imports: imports.0 }
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
        items.iter().any(|item| matches(&segments, item))
    }

    /// Whether `call` calls one of `items`.
    pub(crate) fn calls(&self, call: &ExprCall, items: &[&str]) -> bool {
        called(call).is_some_and(|path| self.is_any(path, items))
    }
}

/// The path that is called, if it is one.
pub(crate) fn called(call: &ExprCall) -> Option<&Path> {
    match &*call.func {
        Expr::Path(path) => Some(&path.path),
        _ => None,
    }
}

fn matches(segments: &[String], item: &str) -> bool {
    let item: Vec<_> = item.split("::").collect();
    let known = segments.len().min(item.len());
    let same_end = segments.iter().rev().zip(item.iter().rev()).all(|(written, meant)| written == meant);
    same_end && segments.len() <= item.len() && known >= item.len().min(2)
}

fn import(tree: &UseTree, prefix: &mut Vec<String>, imports: &mut HashMap<String, Vec<String>>) {
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
            import(&path.tree, prefix, imports);
            prefix.pop();
        }
        UseTree::Name(name) => {
            let full = full(prefix, &name.ident);
            imports.extend(full.last().cloned().map(|known| (known, full)));
        }
        UseTree::Rename(name) => {
            imports.insert(name.rename.to_string(), full(prefix, &name.ident));
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| import(tree, prefix, imports)),
        UseTree::Glob(_) => {}
    }
}
