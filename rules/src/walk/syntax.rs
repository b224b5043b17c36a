//! Helpers for expressions and patterns.

use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, Ident, Item, Local, Pat, Path};

pub(crate) fn is_await(expr: &Expr) -> bool {
    matches!(expr, Expr::Await(_))
}

/// Removes `&`, `&mut`, parentheses and invisible groups from around an expression.
pub(crate) fn behind_references(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Reference(reference) => &reference.expr,
            Expr::Paren(paren) => &paren.expr,
            Expr::Group(group) => &group.expr,
            expr => return expr,
        };
    }
}

/// The name, if the expression is a variable.
pub(crate) fn variable(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// The operand that an expression uses in place: a variable there does not move.
pub(crate) fn operand(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::MethodCall(call) => Some(&call.receiver),
        Expr::Field(field) => Some(&field.base),
        Expr::Index(index) => Some(&index.expr),
        Expr::Reference(reference) => Some(&reference.expr),
        Expr::Unary(unary) => Some(&unary.expr),
        _ => None,
    }
}

/// The variable at the beginning of a chain of fields and methods: `self` in `self.pool.get()`.
pub(crate) fn root(mut expr: &Expr) -> Option<&Ident> {
    loop {
        expr = match behind_references(expr) {
            Expr::Await(awaited) => &awaited.base,
            Expr::Try(tried) => &tried.expr,
            expr => match operand(expr) {
                Some(inner) => inner,
                None => return variable(expr),
            },
        };
    }
}

/// The variable that a `let` declares, with a type or without.
pub(crate) fn declared(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(name) => Some(&name.ident),
        Pat::Type(typed) => declared(&typed.pat),
        _ => None,
    }
}

/// The variables that a pattern declares.
pub(crate) fn variables(pat: &Pat) -> Vec<&Ident> {
    struct Bound<'p>(Vec<&'p Ident>);
    impl<'a> Visit<'a> for Bound<'a> {
        fn visit_pat_ident(&mut self, pat: &'a syn::PatIdent) {
            self.0.push(&pat.ident);
            visit::visit_pat_ident(self, pat);
        }
    }
    let mut bound = Bound(Vec::new());
    bound.visit_pat(pat);
    bound.0
}

/// Returns whether a pattern declares `name`.
pub(crate) fn binds(pat: &Pat, name: &Ident) -> bool {
    variables(pat).contains(&name)
}

/// The called path, if the callee is a path.
pub(crate) fn called(call: &ExprCall) -> Option<&Path> {
    match &*call.func {
        Expr::Path(path) => Some(&path.path),
        _ => None,
    }
}

/// The first argument and the name of `Type::method(first, …)`.
pub(crate) fn called_as_function(expr: &Expr) -> Option<(&Expr, &Ident)> {
    let Expr::Call(call) = expr else { return None };
    let path = called(call).filter(|path| path.segments.len() > 1)?;
    Some((call.args.first()?, &path.segments.last()?.ident))
}

/// The name and the arguments of a function or method call, without the receiver.
pub(crate) fn call(expr: &Expr) -> Option<(&Ident, Vec<&Expr>)> {
    match expr {
        Expr::MethodCall(call) => Some((&call.method, call.args.iter().collect())),
        Expr::Call(call) => Some((&called(call)?.segments.last()?.ident, call.args.iter().collect())),
        _ => None,
    }
}

/// Calls `look` for every `let` of a function, except those of nested items.
pub(crate) fn each_local<'a>(block: &'a syn::Block, look: &mut dyn FnMut(&'a Local)) {
    struct Locals<'l, 'a>(&'l mut dyn FnMut(&'a Local));
    impl<'a> Visit<'a> for Locals<'_, 'a> {
        fn visit_local(&mut self, local: &'a Local) {
            (self.0)(local);
            visit::visit_local(self, local);
        }

        fn visit_item(&mut self, _: &'a Item) {}
    }
    Locals(look).visit_block(block);
}

/// Returns whether `name` is one of `names`.
pub(crate) fn is_one(name: &Ident, names: &[&str]) -> bool {
    names.iter().any(|known| name == known)
}
