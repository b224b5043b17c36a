//! The modules and functions of the checked crates.

use std::collections::HashMap;

use syn::{File, FnArg, ImplItem, Item, ReturnType, Signature, TraitItem, Type};

use crate::walk::module::{Imports, Module};

/// The declarations of a module.
#[derive(Clone, Default)]
pub(crate) struct ModuleFacts {
    pub(crate) imports: Imports,
    pub(crate) own: std::collections::HashSet<String>,
}

/// A function of a checked crate.
#[derive(Clone, Debug)]
pub(crate) struct FunctionFacts {
    pub(crate) is_async: bool,
    /// The paths of the parameters' types after `self`, as written; empty for types that are not
    /// paths.
    pub(crate) params: Vec<Vec<String>>,
    /// The module that contains the function.
    pub(crate) module: Vec<String>,
}

/// Modules and functions by full path, beginning with the crate's name.
#[derive(Default)]
pub(crate) struct Index {
    modules: HashMap<Vec<String>, ModuleFacts>,
    functions: HashMap<Vec<String>, FunctionFacts>,
    /// The types that have a method of this name.
    methods: HashMap<String, Vec<Vec<String>>>,
}

/// The longest chain of re-exports that is followed.
const MAX_STEPS: usize = 16;

impl Index {
    pub(crate) fn extend(&mut self, other: Self) {
        self.modules.extend(other.modules);
        self.functions.extend(other.functions);
        for (name, types) in other.methods {
            self.methods.entry(name).or_default().extend(types);
        }
    }

    /// Resolves a path in `module` to the item that it names.
    pub(crate) fn resolve(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        let mut module = module.to_vec();
        let mut path = path.to_vec();
        for _ in 0..MAX_STEPS {
            let full = self.full(&module, &path)?;
            // The longest prefix that is a module.
            let length = (1..full.len()).rev().find(|length| self.modules.contains_key(&full[..*length]))?;
            let (inside, rest) = full.split_at(length);
            let facts = &self.modules[inside];
            let first = &rest[0];
            if facts.own.contains(first) {
                return Some(full);
            }
            let target = match facts.imports.names.get(first) {
                Some(target) => target.clone(),
                None => self.through_globs(inside, facts, first, 0)?,
            };
            let next = [target, rest[1..].to_vec()].concat();
            if next == path && inside == module {
                return None;
            }
            if self.full(inside, &next).is_none() {
                return Some(next);
            }
            (module, path) = (inside.to_vec(), next);
        }
        None
    }

    /// The full path, beginning with the crate's name; `None` for a path into another crate.
    fn full(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut base = module.to_vec();
        match first.as_str() {
            "crate" | "$crate" => base.truncate(1),
            "self" => {}
            "super" => {
                base.pop();
                let more = rest.iter().take_while(|part| *part == "super").count();
                base.truncate(base.len().saturating_sub(more).max(1));
                return Some([base, rest[more..].to_vec()].concat());
            }
            name => {
                if let Some(facts) = self.modules.get(module)
                    && (facts.own.contains(name) || facts.imports.names.contains_key(name) && path.len() == 1)
                {
                    return Some([base, path.to_vec()].concat());
                }
                if path.len() > 1 && self.modules.contains_key(&path[..1]) {
                    return Some(path.to_vec());
                }
                // A glob import of the crate may import it.
                let is_local = |glob: &Vec<String>| {
                    let first = glob.first().map(String::as_str);
                    first.is_some_and(|first| {
                        let is_own = self.modules.get(module).is_some_and(|facts| facts.own.contains(first));
                        ["crate", "self", "super"].contains(&first) || is_own || self.modules.contains_key(&glob[..1])
                    })
                };
                let globs = self.modules.get(module).map(|facts| &facts.imports.globs);
                let is_brought = globs.is_some_and(|globs| globs.iter().any(is_local));
                return is_brought.then(|| [base, path.to_vec()].concat());
            }
        }
        Some([base, rest.to_vec()].concat())
    }

    /// Resolves a name through glob imports. Among those of other crates, the first one is taken.
    fn through_globs(&self, module: &[String], facts: &ModuleFacts, name: &str, depth: usize) -> Option<Vec<String>> {
        let mut external = None;
        for glob in &facts.imports.globs {
            let Some(inside) = self.full(module, glob) else {
                external = external.or_else(|| Some([glob.clone(), vec![name.to_owned()]].concat()));
                continue;
            };
            let Some(facts) = self.modules.get(&inside) else { continue };
            if facts.own.contains(name) || facts.imports.names.contains_key(name) {
                return Some([inside, vec![name.to_owned()]].concat());
            }
            if depth < MAX_STEPS
                && let Some(found) = self.through_globs(&inside, facts, name, depth + 1)
            {
                let is_local =
                    found.first().is_some_and(|first| self.modules.contains_key(std::slice::from_ref(first)));
                if is_local {
                    return Some(found);
                }
                external = external.or(Some(found));
            }
        }
        external
    }

    pub(crate) fn function(&self, path: &[String]) -> Option<&FunctionFacts> {
        self.functions.get(path)
    }

    /// Returns the method of this name, if the crates have exactly one.
    pub(crate) fn method(&self, name: &str) -> Option<(&[String], &FunctionFacts)> {
        match self.methods.get(name).map(Vec::as_slice) {
            Some([only]) => Some((only, self.functions.get(only)?)),
            _ => None,
        }
    }

    pub(crate) fn module(&self, path: &[String]) -> Option<&ModuleFacts> {
        self.modules.get(path)
    }
}

/// Adds the modules and functions of a file to the index.
pub(crate) fn collect(file: &File, krate: &str, module: &[String], index: &mut Index) {
    let path = [vec![krate.to_owned()], module.to_vec()].concat();
    items(&file.items, &path, index);
}

fn items(list: &[Item], module: &[String], index: &mut Index) {
    let Module { imports, own, .. } = Module::of(list);
    index.modules.insert(module.to_vec(), ModuleFacts { imports, own });
    for item in list {
        match item {
            Item::Mod(item) => {
                if let Some((_, inner)) = &item.content {
                    items(inner, &[module, &[item.ident.to_string()]].concat(), index);
                }
            }
            Item::Fn(item) => function(&item.sig, module, None, index),
            Item::Impl(item) => {
                let Type::Path(this) = &*item.self_ty else { continue };
                let Some(of) = this.path.segments.last() else { continue };
                for method in &item.items {
                    if let ImplItem::Fn(method) = method {
                        function(&method.sig, module, Some(of.ident.to_string()), index);
                    }
                }
            }
            Item::Trait(item) => {
                for method in &item.items {
                    if let TraitItem::Fn(method) = method {
                        function(&method.sig, module, Some(item.ident.to_string()), index);
                    }
                }
            }
            _ => {}
        }
    }
}

fn function(sig: &Signature, module: &[String], of: Option<String>, index: &mut Index) {
    let name = sig.ident.to_string();
    let is_method = of.is_some();
    let path = [module.to_vec(), of.into_iter().collect(), vec![name.clone()]].concat();
    let params = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(param) => Some(type_segments(&param.ty)),
        FnArg::Receiver(_) => None,
    });
    let facts = FunctionFacts {
        is_async: sig.asyncness.is_some() || returns_future(&sig.output),
        params: params.collect(),
        module: module.to_vec(),
    };
    if is_method {
        index.methods.entry(name).or_default().push(path.clone());
    }
    index.functions.insert(path, facts);
}

fn type_segments(ty: &Type) -> Vec<String> {
    match crate::walk::fn_body::type_path(ty) {
        Some(path) if path.segments.iter().all(|segment| segment.arguments.is_none()) => {
            path.segments.iter().map(|segment| segment.ident.to_string()).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns whether a plain `fn` may return a future.
fn returns_future(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => false,
        ReturnType::Type(_, ty) => {
            let text = quote::ToTokens::to_token_stream(ty).to_string();
            text.contains("Future") || text.contains("impl ")
        }
    }
}

impl Index {
    /// Returns whether a type in `module` is a context or a token.
    pub(crate) fn is_context(&self, module: &[String], ty: &[String]) -> bool {
        let written = self
            .module(module)
            .and_then(|facts| facts.imports.names.get(ty.first()?))
            .map(|first| [first.as_slice(), ty.get(1..).unwrap_or_default()].concat());
        let full = self.resolve(module, ty).or(written).unwrap_or_else(|| ty.to_vec());
        let (Some(first), Some(last)) = (full.first(), full.last()) else { return false };
        full.len() > 1
            && (first == "taskward" && last == "Context" || first == "tokio_util" && last == "CancellationToken")
    }
}
