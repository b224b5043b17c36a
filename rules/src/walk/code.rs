//! A body as the rules see it: parsed, known macros opened.

use proc_macro2::Ident;
use syn::{Block, Pat, PatType, ReturnType, Type};

use super::names::Names;
use super::open;
use crate::function::{Function, is_called_context, ungroup};

pub(crate) struct Code {
    /// Of the function.
    pub(crate) name: Ident,
    pub(crate) block: Block,
    pub(crate) names: Names,
    /// The context parameter.
    pub(crate) ctx: Option<Ident>,
    pub(crate) is_async: bool,
    /// Whether the runtime ends with it.
    pub(crate) is_main: bool,
    /// Returns nothing.
    pub(crate) is_unit: bool,
    /// Names and types of the parameters.
    params: Vec<(Ident, Type)>,
}

impl Code {
    /// `None` where there is no body, or one that is only half typed: the compiler has its own errors for that.
    pub(crate) fn of(function: &Function<'_>) -> Option<Self> {
        let mut block: Block = syn::parse2(function.body?.clone()).ok()?;
        let names = Names::of(&block);
        open::open(&mut block);
        let by_type = function.params().find(|param| is_called_context(&param.ty)).and_then(name);
        // Of a type with another name, perhaps.
        let ctx = by_type.or_else(|| function.params().next().and_then(name).filter(|name| name == "ctx"));
        Some(Self {
            name: function.sig.ident.clone(),
            block,
            names,
            ctx,
            is_async: function.is_async,
            is_main: function.is_main,
            is_unit: matches!(function.sig.output, ReturnType::Default),
            params: function.params().filter_map(|param| Some((name(param)?, (*param.ty).clone()))).collect(),
        })
    }

    /// The parameters of the type `item`, or of a reference to it.
    pub(crate) fn params_of_type(&self, item: &str) -> Vec<String> {
        let is_it = |param: &Type| {
            let mut param = ungroup(param);
            while let Type::Reference(reference) = param {
                param = ungroup(&reference.elem);
            }
            matches!(param, Type::Path(path) if self.names.is_any(&path.path, &[item]))
        };
        self.params.iter().filter(|(_, ty)| is_it(ty)).map(|(name, _)| name.to_string()).collect()
    }
}

fn name(param: &PatType) -> Option<Ident> {
    match &*param.pat {
        Pat::Ident(name) => Some(name.ident.clone()),
        _ => None,
    }
}
