//! `select_cancel_unsafe`: half of a read or write lost by a `select!` in a loop.
//!
//! Forbids, in a branch of a `select!` in a loop, calls whose documentation says that they are not cancel safe: `read_exact`,
//! `read_to_end`, `read_to_string`, `read_until`, `read_line`, `write_all`. When another branch wins, the call is dropped with part of
//! its bytes read or written, and the next turn begins in the middle of a message.
//!
//! Instead: make the future once, in front of the loop, and poll `&mut future` in the branch; or use what is cancel safe: `read`, `read_buf`,
//! `write_buf`, a framed codec.
//!
//! Limits: methods are recognised by name. A function of your own that calls them is not seen.

use syn::Expr;

use super::Rule;
use super::walk::code::{Code, Findings};
use super::walk::open::is_select;
use super::walk::{each_expr, happens_in};

pub(super) const RULE: Rule = Rule { name: "select_cancel_unsafe", check };

const UNSAFE: [&str; 6] = ["read_exact", "read_to_end", "read_to_string", "read_until", "read_line", "write_all"];

fn check(code: &Code, findings: &mut Findings) {
    each_expr(&code.block, &mut |expr, place| {
        let Expr::Match(select) = expr else { return };
        if !place.in_loop || !is_select(select) {
            return;
        }
        happens_in(&select.expr, |expr: &Expr| {
            if let Expr::MethodCall(call) = expr
                && UNSAFE.iter().any(|name| call.method == name)
            {
                findings.add(
                    &call.method,
                    format!(
                        "`{}` is not cancel safe: when another branch wins, what it has done so far is lost",
                        call.method
                    ),
                    "make the future before the loop and poll `&mut future`; or use `read_buf`, `write_buf`, a codec",
                );
            }
            false
        });
    });
}
