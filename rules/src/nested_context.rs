//! `nested_context`: a chain of contexts that grows in a loop. Documented in
//! `docs/nested_context.md`.
//!
//! Modelled on `fatcontext` for Go.

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprAssign, ExprClosure, Ident, Item, Local};

use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;
use crate::walk::syntax::{behind_references, binds, called_as_function, is_one, variable};

pub(crate) const RULE: Rule = Rule { name: "nested_context", check };

const DERIVE: [&str; 8] = [
    "with_cancel",
    "with_timeout",
    "with_deadline",
    "with_timeout_cause",
    "with_deadline_cause",
    "with_value",
    "merge",
    "linger",
];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    Loops { body: None, findings }.visit_block(code.block);
}

struct Loops<'f, 'a> {
    /// The body of the innermost loop.
    body: Option<&'a Block>,
    findings: &'f mut Findings,
}

impl<'a> Loops<'_, 'a> {
    fn assign(&mut self, body: &Block, assign: &ExprAssign) {
        let Some((base, method)) = derivation(&assign.right) else { return };
        let text = |expr: &Expr| expr.to_token_stream().to_string().replace(' ', "");
        let from = text(base);
        let is_base = |left: &Expr| text(left) == from;
        let grows = match &*assign.left {
            Expr::Tuple(tuple) => tuple.elems.iter().any(is_base),
            left => is_base(left),
        };
        if grows && !variable(base).is_some_and(|name| begins_in(body, name)) {
            self.findings.add(
                method,
                format!("`{from}` becomes a child of itself in each iteration, so the chain of contexts grows"),
                format!(
                    "write `let {from} = {from}.{method}(…);` for a child in each iteration, or derive it before the loop"
                ),
            );
        }
    }

    fn visit_loop(&mut self, body: &'a Block, visit: impl FnOnce(&mut Self)) {
        let outer = self.body.replace(body);
        visit(self);
        self.body = outer;
    }
}

impl<'a> Visit<'a> for Loops<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Loop(loop_expr) => self.visit_loop(&loop_expr.body, |loops| visit::visit_expr(loops, expr)),
            Expr::While(loop_expr) => self.visit_loop(&loop_expr.body, |loops| visit::visit_expr(loops, expr)),
            Expr::ForLoop(loop_expr) => self.visit_loop(&loop_expr.body, |loops| visit::visit_expr(loops, expr)),
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_expr_assign(&mut self, assign: &'a ExprAssign) {
        if let Some(body) = self.body {
            self.assign(body, assign);
        }
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_closure(&mut self, closure: &'a ExprClosure) {
        let outer = self.body.take();
        visit::visit_expr_closure(self, closure);
        self.body = outer;
    }

    fn visit_item(&mut self, _: &'a Item) {}
}

/// Returns whether each iteration begins with a new value: a `let`, or another assignment.
fn begins_in(body: &Block, name: &Ident) -> bool {
    struct Begins<'n>(&'n Ident, bool);
    impl<'a> Visit<'a> for Begins<'_> {
        fn visit_local(&mut self, local: &'a Local) {
            self.1 |= binds(&local.pat, self.0);
            visit::visit_local(self, local);
        }

        fn visit_expr_assign(&mut self, assign: &'a ExprAssign) {
            let is_it = |expr: &Expr| variable(expr).is_some_and(|name| name == self.0);
            self.1 |= is_it(&assign.left) && !derivation(&assign.right).is_some_and(|(base, _)| is_it(base));
        }

        fn visit_item(&mut self, _: &'a Item) {}
    }
    let mut begins = Begins(name, false);
    begins.visit_block(body);
    begins.1
}

/// The first receiver and the first method of a chain of `with_…`.
fn derivation(expr: &Expr) -> Option<(&Expr, &Ident)> {
    let (from, method) = match behind_references(expr) {
        Expr::MethodCall(call) if call.method == "clone" => return derivation(&call.receiver),
        Expr::MethodCall(call) if is_one(&call.method, &DERIVE) => (&*call.receiver, &call.method),
        Expr::Field(field) => return derivation(&field.base),
        expr => called_as_function(expr).filter(|(_, method)| is_one(method, &DERIVE))?,
    };
    Some(derivation(from).unwrap_or_else(|| (without_clone(from), method)))
}

fn without_clone(expr: &Expr) -> &Expr {
    match behind_references(expr) {
        Expr::MethodCall(call) if call.method == "clone" => without_clone(&call.receiver),
        expr => expr,
    }
}
