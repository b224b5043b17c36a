//! The functions of a file, with their surrounding items.

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, File, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, ItemTrait, Signature, TraitItemFn, Type,
};

use super::attrs;
use super::calls::Calls;
use super::cfg::Cfg;
use super::config::Config;
use super::index::Index;
use super::source::{Source, parse};
use crate::engine::function::{Function, Role, is_limit};
use crate::walk::fn_body::FnBody;
use crate::walk::module::Module;
use crate::walk::open::open_file;

/// The crate of a function, and the options of the check.
pub(crate) struct Scope<'s> {
    pub(crate) index: &'s Index,
    pub(crate) krate: &'s str,
    pub(crate) cfg: &'s Cfg,
    pub(crate) config: &'s Config,
    /// `true` if functions with a test attribute are checked too.
    pub(crate) tests: bool,
}

/// Calls `look` for each function of a file.
pub(crate) fn each_function(source: &Source, scope: &Scope<'_>, look: &mut dyn FnMut(&Seen<'_>)) {
    let Ok((_, mut file)) = parse(&source.path) else { return };
    each_item(&mut file, source, scope, &mut |seen| {
        if let SeenItem::Function(seen) = seen {
            look(seen);
        }
    });
}

/// Calls `look` for each module and each function of a file.
pub(crate) fn each_item(file: &mut File, source: &Source, scope: &Scope<'_>, look: &mut dyn FnMut(SeenItem<'_>)) {
    scope.cfg.prune(file);
    open_file(file);
    let path = [vec![scope.krate.to_owned()], source.module.clone()].concat();
    visit_module(&file.items, &path, &Around::default(), scope, look);
}

/// A function of a file, with its surrounding items.
pub(crate) struct Seen<'s> {
    pub(crate) code: FnBody<'s>,
    pub(crate) calls: Calls<'s>,
    pub(crate) sig: &'s Signature,
    pub(crate) is_test: bool,
    pub(crate) is_trait_impl: bool,
    pub(crate) function: Function<'s>,
    pub(crate) module: &'s Module<'s>,
    /// `true` in a module, an `impl` or a trait under `#[enforce]`.
    pub(crate) is_enforced: bool,
    /// The rules that attributes allow in the function.
    pub(crate) allowed: Vec<String>,
}

/// A module with its items and the rules that are allowed in it, or a function.
pub(crate) enum SeenItem<'s> {
    Module(&'s [Item], &'s Module<'s>, &'s [String]),
    Function(&'s Seen<'s>),
}

/// The module, `impl` or trait around a function.
#[derive(Clone, Default)]
struct Around {
    /// The type or trait whose method the function is.
    of: Option<String>,
    /// `true` if a trait prescribes the signature.
    is_trait_impl: bool,
    is_enforced: bool,
    allowed: Vec<String>,
}

impl Around {
    /// Adds the attributes of a module or an `impl`.
    fn with(&self, attrs: &[Attribute]) -> Self {
        let mut around = self.clone();
        around.is_enforced |= attrs.iter().any(|attr| attrs::is_called(attr, "enforce"));
        around.allowed.extend(attrs::allowed(attrs));
        around
    }
}

fn visit_module(
    items: &[Item],
    path: &[String],
    around: &Around,
    scope: &Scope<'_>,
    look: &mut dyn FnMut(SeenItem<'_>),
) {
    let index = scope.index;
    let mut module = Module::of(items);
    module.resolve = Some(Box::new(|segments| index.resolve(path, segments)));
    module.is_plain = Some(Box::new(|segments| index.function(segments).is_some_and(|facts| !facts.is_async)));
    module.is_async_method = Some(Box::new(|name| index.method(name).is_some_and(|(_, facts)| facts.is_async)));
    look(SeenItem::Module(items, &module, &around.allowed));
    let mut functions = Functions { module: &module, path, around: around.clone(), scope, look };
    for item in items {
        functions.visit_item(item);
    }
}

/// The functions of one module.
struct Functions<'f> {
    module: &'f Module<'f>,
    path: &'f [String],
    around: Around,
    scope: &'f Scope<'f>,
    look: &'f mut dyn FnMut(SeenItem<'_>),
}

impl Functions<'_> {
    fn function(&mut self, attrs: &[Attribute], sig: &Signature, block: &Block) {
        let mut function = Function::new(sig);
        let is_main = sig.ident == "main" && self.path.len() == 1;
        function.role = if is_main { Role::Main } else { attrs::role(attrs) };
        function.limit_uses_params = attrs.iter().any(is_limit);
        let Around { of, is_trait_impl, is_enforced, allowed } = &self.around;
        let seen = Seen {
            code: FnBody::new(&function, block, Some(self.module), &self.scope.config.settings),
            calls: Calls { index: self.scope.index, module: self.path, of: of.as_deref() },
            sig,
            is_test: attrs::is_test(attrs),
            is_trait_impl: *is_trait_impl,
            function,
            module: self.module,
            is_enforced: *is_enforced,
            allowed: [&allowed[..], &attrs::allowed(attrs)].concat(),
        };
        (self.look)(SeenItem::Function(&seen));
        // Items in the body are checked as functions of their own.
        let inner = Around { of: None, is_trait_impl: false, ..self.around.clone() };
        self.within(inner, |functions| visit::visit_block(functions, block));
    }

    fn within(&mut self, around: Around, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.around, around);
        visit(self);
        self.around = outer;
    }
}

impl<'a> Visit<'a> for Functions<'_> {
    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if let Some((_, items)) = &item.content {
            let path = [self.path, &[item.ident.to_string()]].concat();
            visit_module(items, &path, &self.around.with(&item.attrs), self.scope, self.look);
        }
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        let mut around = self.around.with(&item.attrs);
        around.is_trait_impl = item.trait_.is_some();
        around.of = match &*item.self_ty {
            Type::Path(of) => of.path.segments.last().map(|last| last.ident.to_string()),
            other => Some(other.to_token_stream().to_string()),
        };
        self.within(around, |functions| visit::visit_item_impl(functions, item));
    }

    fn visit_item_trait(&mut self, item: &'a ItemTrait) {
        let mut around = self.around.with(&item.attrs);
        around.of = Some(item.ident.to_string());
        self.within(around, |functions| visit::visit_item_trait(functions, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.attrs, &item.sig, block);
        }
    }
}
