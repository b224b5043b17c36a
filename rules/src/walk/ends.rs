//! Expressions whose end is unreachable, as far as the syntax shows.

use syn::{Block, Expr, Macro, Stmt};

use super::syntax::called;

/// Returns whether the expression leaves the block on every path: `return`, `break`, `continue` or
/// a panic.
pub(crate) fn leaves(expr: &Expr) -> bool {
    ends(expr, true)
}

pub(crate) fn block_leaves(block: &Block) -> bool {
    block_ends(block, true)
}

/// Returns whether the expression leaves the loop around it on every path: `continue` does not.
pub(crate) fn leaves_loop(expr: &Expr) -> bool {
    ends(expr, false)
}

pub(crate) fn block_leaves_loop(block: &Block) -> bool {
    block_ends(block, false)
}

fn ends(expr: &Expr, with_continue: bool) -> bool {
    match expr {
        Expr::Return(_) | Expr::Break(_) => true,
        Expr::Continue(to) => with_continue || to.label.is_some(),
        Expr::Block(block) => block_ends(&block.block, with_continue),
        Expr::Unsafe(block) => block_ends(&block.block, with_continue),
        Expr::Paren(paren) => ends(&paren.expr, with_continue),
        Expr::If(branch) => branch.else_branch.as_ref().is_some_and(|(_, otherwise)| {
            block_ends(&branch.then_branch, with_continue) && ends(otherwise, with_continue)
        }),
        Expr::Match(matched) => matched.arms.iter().all(|arm| ends(&arm.body, with_continue)),
        // `Err(…)?`
        Expr::Try(tried) => matches!(&*tried.expr, Expr::Call(call) if is_last(called(call), &["Err"])),
        Expr::Call(call) => is_last(called(call), &["exit", "abort"]),
        Expr::Macro(call) => panics(&call.mac),
        _ => false,
    }
}

fn block_ends(block: &Block, with_continue: bool) -> bool {
    block.stmts.iter().any(|stmt| match stmt {
        Stmt::Expr(expr, _) => ends(expr, with_continue),
        Stmt::Macro(call) => panics(&call.mac),
        _ => false,
    })
}

fn panics(mac: &Macro) -> bool {
    is_last(Some(&mac.path), &["panic", "unreachable", "todo", "unimplemented", "bail"])
}

fn is_last(path: Option<&syn::Path>, names: &[&str]) -> bool {
    path.and_then(|path| path.segments.last()).is_some_and(|last| names.iter().any(|name| last.ident == name))
}
