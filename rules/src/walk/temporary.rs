//! Scopes of temporaries.

use std::ptr;

use syn::{BinOp, Expr};

use super::open::is_awaited_by_macro;
use super::place::{Node, Place};

/// The expression at whose end a temporary is dropped.
pub(crate) fn end_of_temporary<'a>(temporary: &'a Expr, at: &Place<'_, 'a>) -> &'a Expr {
    let mut inner = temporary;
    for node in at.nodes() {
        let Node::Expr(outer) = node else { break };
        match outer {
            Expr::If(_) | Expr::While(_) if has_let(inner) => return outer,
            Expr::ForLoop(_) => return outer,
            Expr::If(_) | Expr::While(_) | Expr::Closure(_) | Expr::Async(_) => break,
            // The futures of `select!` and `join!` are made before one of them is awaited.
            Expr::Await(awaited) if is_awaited_by_macro(awaited) => break,
            Expr::Binary(both) if matches!(both.op, BinOp::And(_) | BinOp::Or(_)) && !has_let(inner) => break,
            Expr::Match(matched) if !ptr::eq(&raw const *matched.expr, inner) => break,
            _ => inner = outer,
        }
    }
    inner
}

fn has_let(cond: &Expr) -> bool {
    match cond {
        Expr::Let(_) => true,
        Expr::Binary(both) => has_let(&both.left) || has_let(&both.right),
        Expr::Paren(paren) => has_let(&paren.expr),
        _ => false,
    }
}
