//! `endless_loop`: a loop that cannot be interrupted. Documented in `docs/endless_loop.md`.

use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprBreak, ExprContinue, Item, Label, Lifetime, Lit, Macro, RangeLimits};

use crate::engine::rule::{Findings, Rule};
use crate::walk::fn_body::FnBody;
use crate::walk::place::each_expr;
use crate::walk::syntax::called;

pub(crate) const RULE: Rule = Rule { name: "endless_loop", check };

const ENDLESS: [&str; 2] = ["std::iter::repeat", "std::iter::repeat_with"];

fn check(code: &FnBody<'_>, findings: &mut Findings) {
    let ctx = code.ctx_name();
    each_expr(code.block, &mut |expr, at| {
        // A thread of its own may loop forever, unless it has a context.
        if code.ctx.is_none() && !at.is_async(code.is_async) {
            return;
        }
        let body = match expr {
            Expr::Loop(loop_expr) => &loop_expr.body,
            Expr::While(loop_expr) if is_true(&loop_expr.cond) => &loop_expr.body,
            Expr::ForLoop(loop_expr) if is_endless(code, &loop_expr.expr) => &loop_expr.body,
            _ => return,
        };
        if has_way_out(body) {
            return;
        }
        let what = "this loop cannot be interrupted: it has no `.await`, no check of the context and no exit";
        let help = format!("write `{ctx}.checkpoint().await?` in each iteration");
        match expr {
            Expr::Loop(loop_expr) => findings.add(loop_expr.loop_token, what, help),
            Expr::While(loop_expr) => findings.add(loop_expr.while_token, what, help),
            Expr::ForLoop(loop_expr) => findings.add(loop_expr.for_token, what, help),
            _ => {}
        }
    });
}

fn is_true(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(literal) if matches!(&literal.lit, Lit::Bool(value) if value.value))
}

/// `0..`, `iter::repeat(…)`
fn is_endless(code: &FnBody<'_>, items: &Expr) -> bool {
    match items {
        Expr::Range(range) => range.end.is_none() && matches!(range.limits, RangeLimits::HalfOpen(_)),
        Expr::Paren(paren) => is_endless(code, &paren.expr),
        Expr::Call(call) => code.names.calls(call, &ENDLESS),
        _ => false,
    }
}

fn has_way_out(body: &Block) -> bool {
    let mut search = Search { labels: Vec::new(), loops: 0, found: false };
    search.visit_block(body);
    search.found
}

struct Search<'l> {
    /// The labels of inner loops and blocks.
    labels: Vec<&'l Lifetime>,
    /// The number of inner loops.
    loops: usize,
    found: bool,
}

impl<'l> Search<'l> {
    fn leaves(&self, exit: &ExprBreak) -> bool {
        exit.label.as_ref().map_or(self.loops == 0, |to| self.is_outer(to))
    }

    /// Returns whether `continue 'outer` leaves the loop. A loop that continues itself by its
    /// label is too rare to matter.
    fn continues_outer_loop(&self, next: &ExprContinue) -> bool {
        next.label.as_ref().is_some_and(|to| self.is_outer(to))
    }

    fn is_outer(&self, label: &Lifetime) -> bool {
        !self.labels.contains(&label)
    }

    fn inside(&mut self, label: Option<&'l Label>, is_loop: bool, visit: impl FnOnce(&mut Self)) {
        self.labels.extend(label.map(|label| &label.name));
        self.loops += usize::from(is_loop);
        visit(self);
        self.loops -= usize::from(is_loop);
        self.labels.truncate(self.labels.len() - usize::from(label.is_some()));
    }
}

impl<'a> Visit<'a> for Search<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Await(_) | Expr::Return(_) | Expr::Try(_) | Expr::Yield(_) => self.found = true,
            Expr::Break(exit) => self.found |= self.leaves(exit),
            Expr::Continue(next) => self.found |= self.continues_outer_loop(next),
            Expr::MethodCall(call) => {
                self.found |=
                    ["check", "has_ended", "is_cancelled", "checkpoint"].iter().any(|name| call.method == name);
            }
            Expr::Call(call) => {
                let last = called(call).and_then(|path| path.segments.last());
                let is_end = |name: &str| ["exit", "abort", "check", "has_ended", "is_cancelled"].contains(&name);
                self.found |= last.is_some_and(|last| is_end(&last.ident.to_string()));
            }
            _ => {}
        }
        match expr {
            Expr::Closure(_) | Expr::Async(_) => {}
            Expr::Loop(loop_expr) => {
                self.inside(loop_expr.label.as_ref(), true, |search| visit::visit_expr(search, expr));
            }
            Expr::While(loop_expr) => {
                self.inside(loop_expr.label.as_ref(), true, |search| visit::visit_expr(search, expr));
            }
            Expr::ForLoop(loop_expr) => {
                self.inside(loop_expr.label.as_ref(), true, |search| visit::visit_expr(search, expr));
            }
            Expr::Block(block) => self.inside(block.label.as_ref(), false, |search| visit::visit_expr(search, expr)),
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_macro(&mut self, _: &'a Macro) {
        self.found = true;
    }

    fn visit_item(&mut self, _: &'a Item) {}
}
