//! Resolves calls to functions of the crate, and finds their context argument.

use syn::{Expr, ExprCall, Path};

use super::index::{FunctionFacts, Index};
use crate::walk::fn_body::FnBody;
use crate::walk::syntax::called;

/// The functions that a function can call.
pub(crate) struct Calls<'c> {
    pub(crate) index: &'c Index,
    /// The module of the caller; its path begins with the crate's name.
    pub(crate) module: &'c [String],
    /// The type or trait whose method the caller is.
    pub(crate) of: Option<&'c str>,
}

/// A function of the crate that is called.
pub(crate) struct Callee<'c> {
    pub(crate) path: Vec<String>,
    pub(crate) facts: &'c FunctionFacts,
}

impl<'c> Calls<'c> {
    pub(crate) fn callee(&self, code: &FnBody<'_>, expr: &Expr) -> Option<Callee<'c>> {
        match expr {
            Expr::Call(call) => self.function(code, call),
            Expr::MethodCall(call) => {
                let (path, facts) = self.index.method(&call.method.to_string())?;
                Some(Callee { path: path.to_vec(), facts })
            }
            _ => None,
        }
    }

    fn function(&self, code: &FnBody<'_>, call: &ExprCall) -> Option<Callee<'c>> {
        let path = self.full(code, called(call)?);
        let facts = self.index.function(&path)?;
        Some(Callee { path, facts })
    }

    fn full(&self, code: &FnBody<'_>, path: &Path) -> Vec<String> {
        let segments = code.names.segments(path);
        match (segments.first().map(String::as_str), self.of) {
            (Some("Self"), Some(of)) => [self.module, &[of.to_owned()], &segments[1..]].concat(),
            _ => segments,
        }
    }

    /// The index of the context argument.
    pub(crate) fn context(&self, facts: &FunctionFacts) -> Option<usize> {
        facts.params.iter().position(|ty| self.index.is_context(&facts.module, ty))
    }

    /// Returns the path of a function beside `path` that has one of the names and takes a context.
    pub(crate) fn sibling(&self, path: &[String], names: &[String]) -> Option<String> {
        let (_, around) = path.split_last()?;
        names
            .iter()
            .find(|name| {
                let sibling = [around, &[(*name).clone()]].concat();
                self.index.function(&sibling).is_some_and(|facts| self.context(facts).is_some())
            })
            .cloned()
    }
}
