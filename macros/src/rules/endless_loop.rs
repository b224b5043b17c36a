//! `endless_loop`: a loop that nothing can interrupt.
//!
//! Forbids `loop` and `while true` from which no `.await`, no `check()` and no way out (`break`, `return`, `?`) is reached. Cancellation
//! arrives at an `.await`, so it never arrives here, and the thread is gone with it.
//!
//! Instead: `ctx.checkpoint().await?` in each turn, or `ctx.check()?` where nothing else has to run.
//!
//! Limits: `while condition` counts as a way out. An unknown macro may do anything, so a loop with one is left alone.

use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprBreak, Item, Label, Lit, Macro};

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::each_expr;

pub(super) const RULE: Rule = Rule { name: "endless_loop", check };

fn check(code: &Code, findings: &mut Findings) {
    let ctx = code.ctx.as_ref().map_or_else(|| "ctx".to_owned(), ToString::to_string);
    each_expr(&code.block, &mut |expr, _| {
        let (label, body) = match expr {
            Expr::Loop(turn) => (&turn.label, &turn.body),
            Expr::While(turn) if is_true(&turn.cond) => (&turn.label, &turn.body),
            _ => return,
        };
        if has_way_out(label.as_ref(), body) {
            return;
        }
        let what = "nothing can interrupt this loop: it has no `.await`, no check and no way out";
        let help = format!("write `{ctx}.checkpoint().await?` in each turn");
        match expr {
            Expr::Loop(turn) => findings.add(turn.loop_token, what, help),
            Expr::While(turn) => findings.add(turn.while_token, what, help),
            _ => {}
        }
    });
}

fn is_true(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(literal) if matches!(&literal.lit, Lit::Bool(value) if value.value))
}

fn has_way_out(label: Option<&Label>, body: &Block) -> bool {
    let mut search = Search { label, loops: 0, found: false };
    search.visit_block(body);
    search.found
}

struct Search<'l> {
    label: Option<&'l Label>,
    /// How many loops further in.
    loops: usize,
    found: bool,
}

impl Search<'_> {
    fn leaves(&self, exit: &ExprBreak) -> bool {
        match (&exit.label, self.label) {
            // Any label that is not of a loop in between leaves this one as well; those are rare enough to trust.
            (Some(_), None) => true,
            (Some(to), Some(label)) => self.loops == 0 || *to == label.name,
            (None, _) => self.loops == 0,
        }
    }
}

impl<'a> Visit<'a> for Search<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Await(_) | Expr::Return(_) | Expr::Try(_) | Expr::Yield(_) => self.found = true,
            Expr::Break(exit) if self.leaves(exit) => self.found = true,
            Expr::MethodCall(call)
                if ["check", "is_cancelled", "checkpoint"].iter().any(|name| call.method == name) =>
            {
                self.found = true;
            }
            Expr::Call(call) => {
                // `std::process::exit`
                let path = super::walk::names::called(call);
                self.found |= path.and_then(|path| path.segments.last()).is_some_and(|last| last.ident == "exit");
            }
            _ => {}
        }
        let is_loop = matches!(expr, Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_));
        self.loops += usize::from(is_loop);
        if !matches!(expr, Expr::Closure(_) | Expr::Async(_)) {
            visit::visit_expr(self, expr);
        }
        self.loops -= usize::from(is_loop);
    }

    fn visit_macro(&mut self, _: &'a Macro) {
        self.found = true;
    }

    fn visit_item(&mut self, _: &'a Item) {}
}
