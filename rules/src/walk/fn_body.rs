//! A body with the facts about its function that the rules need.

use syn::{Block, Ident, Pat, PatType, ReturnType, Type};

use super::context::{self, Parameter};
use super::module::Module;
use super::names::Names;
use crate::engine::function::{Function, Role, ungroup};
use crate::engine::settings::Settings;

pub(crate) struct FnBody<'a> {
    /// The function's name.
    pub(crate) name: &'a Ident,
    /// The body; known macros in it are opened.
    pub(crate) block: &'a Block,
    pub(crate) names: Names<'a>,
    pub(crate) settings: &'a Settings,
    pub(crate) ctx: Option<Parameter>,
    pub(crate) is_async: bool,
    pub(crate) role: Role,
    /// `true` if the function returns nothing.
    pub(crate) is_unit: bool,
    pub(crate) params: Vec<&'a PatType>,
    /// `true` if a `#[with_timeout]` on the function takes its limit from a parameter.
    pub(crate) limit_uses_params: bool,
}

impl<'a> FnBody<'a> {
    pub(crate) fn new(
        function: &Function<'a>,
        block: &'a Block,
        module: Option<&'a Module<'a>>,
        settings: &'a Settings,
    ) -> Self {
        let names = Names::of(block, module);
        Self {
            name: &function.sig.ident,
            block,
            ctx: context::parameter(function, &names),
            names,
            settings,
            is_async: function.is_async,
            role: function.role,
            is_unit: matches!(function.sig.output, ReturnType::Default),
            params: function.params().collect(),
            limit_uses_params: function.limit_uses_params,
        }
    }

    /// The name of the context parameter.
    pub(crate) fn ctx(&self) -> Option<&Ident> {
        self.ctx.as_ref().map(|ctx| &ctx.name)
    }

    /// The name of the context parameter for messages.
    pub(crate) fn ctx_name(&self) -> String {
        self.ctx().map_or_else(|| "ctx".to_owned(), |ctx| ctx.to_string().trim_start_matches('_').to_owned())
    }

    /// The names of the parameters of one of the types `items`, also behind references.
    pub(crate) fn params_of_type(&self, items: &[&str]) -> Vec<String> {
        let of_type = |param: &&&PatType| type_path(&param.ty).is_some_and(|path| self.names.is_any(path, items));
        self.params.iter().filter(of_type).filter_map(|param| name(param)).collect()
    }

    /// The names of all parameters.
    pub(crate) fn param_names(&self) -> Vec<String> {
        self.params.iter().filter_map(|param| name(param)).collect()
    }
}

/// The path of a type, references aside.
pub(crate) fn type_path(ty: &Type) -> Option<&syn::Path> {
    let mut ty = ungroup(ty);
    while let Type::Reference(reference) = ty {
        ty = ungroup(&reference.elem);
    }
    match ty {
        Type::Path(path) => Some(&path.path),
        _ => None,
    }
}

fn name(param: &PatType) -> Option<String> {
    match &*param.pat {
        Pat::Ident(name) => Some(name.ident.to_string()),
        _ => None,
    }
}
