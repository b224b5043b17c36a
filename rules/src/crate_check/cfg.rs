//! Conditional compilation: removes the items that the given features disable.

use std::collections::BTreeSet;
use std::env::consts::{ARCH, FAMILY, OS};

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Attribute, Block, File, ImplItem, Item, ItemImpl, ItemMod, ItemTrait, LitStr, MacroDelimiter, Meta, Stmt,
    Token, TraitItem,
};

/// The conditions that hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cfg {
    pub(crate) features: BTreeSet<String>,
    /// `test`, and the names of `--cfg`.
    pub(crate) names: BTreeSet<String>,
}

impl Cfg {
    fn holds(&self, meta: &Meta) -> bool {
        match meta {
            Meta::Path(path) => path.get_ident().is_some_and(|name| self.is_set(&name.to_string())),
            Meta::NameValue(pair) => {
                let value = match &pair.value {
                    syn::Expr::Lit(literal) => match &literal.lit {
                        syn::Lit::Str(text) => text.value(),
                        _ => return false,
                    },
                    _ => return false,
                };
                pair.path.get_ident().is_some_and(|name| self.is_equal(&name.to_string(), &value))
            }
            Meta::List(list) => {
                let inner = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone());
                let Ok(inner) = inner else { return true };
                let mut holds = inner.iter().map(|meta| self.holds(meta));
                match list.path.get_ident().map(ToString::to_string).as_deref() {
                    Some("all") => holds.all(|holds| holds),
                    Some("any") => holds.any(|holds| holds),
                    Some("not") => !holds.any(|holds| holds),
                    _ => true,
                }
            }
        }
    }

    fn is_set(&self, name: &str) -> bool {
        match name {
            "debug_assertions" | "panic" | "true" => true,
            "unix" | "windows" => FAMILY == name,
            name => self.names.contains(name),
        }
    }

    fn is_equal(&self, name: &str, value: &str) -> bool {
        match name {
            "feature" => self.features.contains(value),
            "target_os" => OS == value,
            "target_family" => FAMILY == value,
            "target_arch" => ARCH == value,
            "target_pointer_width" => usize::BITS.to_string() == value,
            "target_has_atomic" => true,
            "panic" => value == "unwind",
            _ => false,
        }
    }

    /// Returns whether an item with these attributes is enabled.
    pub(crate) fn has(&self, attrs: &[Attribute]) -> bool {
        attrs.iter().filter(|attr| attr.path().is_ident("cfg")).all(|attr| match attr.parse_args::<Meta>() {
            Ok(condition) => self.holds(&condition),
            Err(_) => true,
        })
    }

    /// Replaces each `cfg_attr` by its attributes, if its condition holds.
    fn expand(&self, attrs: &mut Vec<Attribute>) {
        if attrs.iter().any(|attr| attr.path().is_ident("cfg_attr")) {
            *attrs = attrs.drain(..).flat_map(|attr| self.expanded(attr)).collect();
        }
    }

    fn expanded(&self, attr: Attribute) -> Vec<Attribute> {
        if !attr.path().is_ident("cfg_attr") {
            return vec![attr];
        }
        let parse = |input: ParseStream<'_>| {
            let condition: Meta = input.parse()?;
            input.parse::<Option<Token![,]>>()?;
            let rest: TokenStream = input.parse()?;
            Ok((condition, rest))
        };
        let Ok((condition, rest)) = attr.parse_args_with(parse) else { return Vec::new() };
        if !self.holds(&condition) {
            return Vec::new();
        }
        let metas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(rest).unwrap_or_default();
        metas.into_iter().map(|meta| Attribute { meta, ..attr.clone() }).collect()
    }

    /// Removes disabled items, and opens macros such as `cfg_rt! { … }` whose content is items.
    pub(crate) fn prune(&self, file: &mut File) {
        Pruner(self).visit_file_mut(file);
    }
}

struct Pruner<'c>(&'c Cfg);

impl Pruner<'_> {
    fn items(&self, items: &mut Vec<Item>) {
        let mut kept = Vec::with_capacity(items.len());
        for mut item in items.drain(..) {
            if let Some(inner) = items_of_macro(&item) {
                let mut inner = inner;
                self.items(&mut inner);
                kept.extend(inner);
                continue;
            }
            let Some(attrs) = attrs_mut(&mut item) else {
                kept.push(item);
                continue;
            };
            self.0.expand(attrs);
            if self.0.has(attrs) {
                kept.push(item);
            }
        }
        *items = kept;
    }
}

/// Marks modules that a macro declares; their files may not exist.
pub(crate) const OF_MACRO: &str = "taskward_of_macro";

/// `cfg_rt! { pub mod runtime; }`
fn items_of_macro(item: &Item) -> Option<Vec<Item>> {
    let Item::Macro(item) = item else { return None };
    let is_block = matches!(item.mac.delimiter, MacroDelimiter::Brace(_)) && item.ident.is_none();
    let name = item.mac.path.segments.last()?.ident.to_string();
    if !is_block || name == "macro_rules" || name == "thread_local" {
        return None;
    }
    let file = syn::parse2::<File>(item.mac.tokens.clone()).ok()?;
    let marker = proc_macro2::Ident::new(OF_MACRO, proc_macro2::Span::call_site());
    let mark = |mut item: Item| {
        if let Item::Mod(module) = &mut item {
            module.attrs.push(syn::parse_quote!(#[#marker]));
        }
        item
    };
    Some(file.items.into_iter().map(mark).collect())
}

impl VisitMut for Pruner<'_> {
    fn visit_file_mut(&mut self, file: &mut File) {
        self.items(&mut file.items);
        visit_mut::visit_file_mut(self, file);
    }

    fn visit_item_mod_mut(&mut self, item: &mut ItemMod) {
        if let Some((_, items)) = &mut item.content {
            self.items(items);
        }
        visit_mut::visit_item_mod_mut(self, item);
    }

    fn visit_item_impl_mut(&mut self, item: &mut ItemImpl) {
        item.items.retain_mut(|item| {
            let attrs = match item {
                ImplItem::Fn(item) => &mut item.attrs,
                ImplItem::Const(item) => &mut item.attrs,
                ImplItem::Macro(item) => &mut item.attrs,
                _ => return true,
            };
            self.0.expand(attrs);
            self.0.has(attrs)
        });
        visit_mut::visit_item_impl_mut(self, item);
    }

    fn visit_item_trait_mut(&mut self, item: &mut ItemTrait) {
        item.items.retain_mut(|item| {
            let TraitItem::Fn(item) = item else { return true };
            self.0.expand(&mut item.attrs);
            self.0.has(&item.attrs)
        });
        visit_mut::visit_item_trait_mut(self, item);
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        block.stmts.retain_mut(|stmt| match stmt {
            Stmt::Local(local) => self.0.has(&local.attrs),
            Stmt::Macro(call) => self.0.has(&call.attrs),
            Stmt::Item(item) => {
                let Some(attrs) = attrs_mut(item) else { return true };
                self.0.expand(attrs);
                self.0.has(attrs)
            }
            Stmt::Expr(expr, _) => match expr {
                syn::Expr::Block(block) => self.0.has(&block.attrs),
                syn::Expr::If(branch) => self.0.has(&branch.attrs),
                syn::Expr::Call(call) => self.0.has(&call.attrs),
                syn::Expr::MethodCall(call) => self.0.has(&call.attrs),
                _ => true,
            },
        });
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_expr_match_mut(&mut self, matched: &mut syn::ExprMatch) {
        matched.arms.retain(|arm: &Arm| self.0.has(&arm.attrs));
        visit_mut::visit_expr_match_mut(self, matched);
    }
}

/// The attributes of an item.
pub(crate) fn attrs_mut(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        Item::Const(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::ExternCrate(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::ForeignMod(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Macro(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        Item::Static(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::Type(item) => &mut item.attrs,
        Item::Union(item) => &mut item.attrs,
        Item::Use(item) => &mut item.attrs,
        _ => return None,
    })
}

/// The value of `#[path = "…"]`.
pub(crate) fn path_of(attrs: &[Attribute]) -> Option<String> {
    attrs.iter().filter(|attr| attr.path().is_ident("path")).find_map(|attr| match &attr.meta {
        Meta::NameValue(pair) => {
            let tokens = quote::ToTokens::to_token_stream(&pair.value);
            syn::parse2::<LitStr>(tokens).ok().map(|path| path.value())
        }
        _ => None,
    })
}
