//! `select_cancel_unsafe`: half of a read or write lost by a `select!` in a loop.
//!
//! Forbids, in a branch of a `select!` in a loop, calls whose documentation says that they are not cancel safe: `read_exact`,
//! `read_to_end`, `read_to_string`, `read_until`, `read_line`, `write_all`. When another branch wins, the call is dropped with part of
//! its bytes read or written, and the next turn begins in the middle of a message.
//!
//! Instead: make the future once, in front of the loop, and poll `&mut future` in the branch; or use what is cancel safe: `read`, `read_buf`,
//! `write_buf`, a framed codec. Where all other branches leave the loop (`return`, `break`), nothing is said: there is no next turn.
//!
//! Limits: methods are recognised by name. A function of your own that calls them is not seen.

use syn::{Expr, Ident};

use crate::rule::{Findings, Rule};
use crate::walk::code::Code;
use crate::walk::ends::leaves_loop;
use crate::walk::names::called_as_function;
use crate::walk::open::is_select;
use crate::walk::{Happens, each_expr, happens_in};

pub(super) const RULE: Rule = Rule { name: "select_cancel_unsafe", check };

const UNSAFE: [&str; 7] =
    ["read_exact", "read_to_end", "read_to_string", "read_until", "read_line", "write_all", "copy_bidirectional"];

fn check(code: &Code, findings: &mut Findings) {
    each_expr(&code.block, &mut |expr, place| {
        let Expr::Match(select) = expr else { return };
        let Expr::Tuple(futures) = &*select.expr else { return };
        if !place.in_loop || !is_select(select) {
            return;
        }
        for (index, future) in futures.elems.iter().enumerate() {
            let mut others =
                select.arms.iter().take(futures.elems.len()).enumerate().filter(|(other, _)| *other != index);
            if others.any(|(_, arm)| !leaves_loop(&arm.body)) {
                happens_in(future, Unsafe(findings));
            }
        }
    });
}

/// Also in an `async` block: the branch is that block.
struct Unsafe<'f>(&'f mut Findings);

impl Happens for Unsafe<'_> {
    fn expr(&mut self, expr: &Expr) -> bool {
        let called = match expr {
            Expr::MethodCall(call) => Some(&call.method),
            expr => called_as_function(expr).map(|(_, name)| name),
        };
        if let Some(name) = called.filter(|name: &&Ident| UNSAFE.iter().any(|known| *name == known)) {
            self.0.add(
                name,
                format!("`{name}` is not cancel safe: when another branch wins, what it has done so far is lost"),
                "make the future before the loop and poll `&mut future`; or use `read_buf`, `write_buf`, a codec",
            );
        }
        false
    }

    fn enters(&self, expr: &Expr) -> bool {
        !matches!(expr, Expr::Closure(_))
    }
}
