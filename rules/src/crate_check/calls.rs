//! Which function of the crate a call means, and where that takes its context.

use syn::{Expr, ExprCall, Path};

use super::index::{FunctionFacts, Index};
use crate::walk::code::Code;
use crate::walk::syntax::called;

/// The functions that a function can call.
pub(crate) struct Calls<'c> {
    pub(crate) index: &'c Index,
    /// The module of the caller, from the crate's name on.
    pub(crate) module: &'c [String],
    /// The type or trait that the caller is a method of.
    pub(crate) of: Option<&'c str>,
}

/// A function of the crate that is called.
pub(crate) struct Callee<'c> {
    pub(crate) path: Vec<String>,
    pub(crate) facts: &'c FunctionFacts,
}

impl<'c> Calls<'c> {
    pub(crate) fn callee(&self, code: &Code<'_>, expr: &Expr) -> Option<Callee<'c>> {
        match expr {
            Expr::Call(call) => self.function(code, call),
            Expr::MethodCall(call) => {
                let (path, facts) = self.index.method(&call.method.to_string())?;
                Some(Callee { path: path.to_vec(), facts })
            }
            _ => None,
        }
    }

    fn function(&self, code: &Code<'_>, call: &ExprCall) -> Option<Callee<'c>> {
        let path = self.full(code, called(call)?);
        let facts = self.index.function(&path)?;
        Some(Callee { path, facts })
    }

    fn full(&self, code: &Code<'_>, path: &Path) -> Vec<String> {
        let segments = code.names.segments(path);
        match (segments.first().map(String::as_str), self.of) {
            (Some("Self"), Some(of)) => [self.module, &[of.to_owned()], &segments[1..]].concat(),
            _ => segments,
        }
    }

    /// Which argument is the context.
    pub(crate) fn context(&self, facts: &FunctionFacts) -> Option<usize> {
        facts.params.iter().position(|ty| self.index.is_context(&facts.module, ty))
    }

    /// A function beside `path` that has one of these names and takes a context.
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
