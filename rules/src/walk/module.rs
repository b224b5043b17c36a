//! Resolves paths in a module, as far as its items show.

use std::collections::{HashMap, HashSet};

use syn::{Item, UseTree};

/// The names of `use` declarations, and their full paths.
#[derive(Clone, Default)]
pub(crate) struct Imports {
    pub(crate) names: HashMap<String, Vec<String>>,
    /// `use tokio::task::*`
    pub(crate) globs: Vec<Vec<String>>,
}

impl Imports {
    pub(crate) fn add(&mut self, tree: &UseTree) {
        self.import(tree, &mut Vec::new());
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
                self.names.extend(full.last().cloned().map(|known| (known, full)));
            }
            UseTree::Rename(name) => {
                self.names.insert(name.rename.to_string(), full(prefix, &name.ident));
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, prefix)),
            UseTree::Glob(_) => self.globs.push(prefix.clone()),
        }
    }
}

/// Resolves a full path within a crate to the item that it names, through re-exports.
pub(crate) type Resolve<'m> = dyn Fn(&[String]) -> Option<Vec<String>> + 'm;

/// Returns whether a full path names a function of the crate that is not `async`.
pub(crate) type IsPlain<'m> = dyn Fn(&[String]) -> bool + 'm;

/// Returns whether the crates have exactly one method of this name, and it is async.
pub(crate) type IsAsyncMethod<'m> = dyn Fn(&str) -> bool + 'm;

/// The items of the module around a function.
///
/// ```
/// let file: syn::File = syn::parse_quote! { use tokio::spawn; };
/// let module = taskward_rules::Module::of(&file.items);
/// ```
#[derive(Default)]
pub struct Module<'m> {
    pub(crate) imports: Imports,
    /// Items that the module declares: a path that begins with one is not a path into another
    /// crate.
    pub(crate) own: HashSet<String>,
    pub(crate) resolve: Option<Box<Resolve<'m>>>,
    pub(crate) is_plain: Option<Box<IsPlain<'m>>>,
    pub(crate) is_async_method: Option<Box<IsAsyncMethod<'m>>>,
}

impl Module<'_> {
    /// Reads the `use` declarations and the names of a module's items.
    #[must_use]
    pub fn of(items: &[Item]) -> Self {
        let mut module = Self::default();
        for item in items {
            match item {
                Item::Use(item) => module.imports.add(&item.tree),
                item => module.own.extend(name(item)),
            }
        }
        module
    }
}

/// The name of an item that can be the first segment of a path.
fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Fn(item) => &item.sig.ident,
        Item::Mod(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
