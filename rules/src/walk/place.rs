//! Visits every expression of a body, together with its ancestors.

use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprCall, ExprPath, Item, Lit, Local, Stmt};

use super::syntax::declared;

/// A node of the syntax tree.
#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    Expr(&'a Expr),
    Stmt(&'a Stmt),
}

/// The position of an expression.
pub(crate) struct Place<'w, 'a> {
    /// The ancestors, outermost first, without the expression itself.
    ancestors: &'w [Node<'a>],
    body: Body,
}

/// Facts about the innermost function, closure or `async` block. They are kept during the walk,
/// because generated code nests deeply.
#[derive(Clone, Copy, Default)]
struct Body {
    in_loop: bool,
    in_await: bool,
    /// `None` for the function itself.
    is_async: Option<bool>,
}

impl Body {
    /// The facts for the content of `expr`.
    fn within(self, expr: &Expr) -> Self {
        match expr {
            Expr::Closure(closure) => Self { is_async: Some(closure.asyncness.is_some()), ..Self::default() },
            Expr::Async(_) => Self { is_async: Some(true), ..Self::default() },
            Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) => Self { in_loop: true, ..self },
            Expr::Await(_) => Self { in_await: true, ..self },
            _ => self,
        }
    }
}

impl<'a> Place<'_, 'a> {
    /// The ancestors, innermost first.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node<'a>> {
        self.ancestors.iter().rev().copied()
    }

    /// The expressions around this one, innermost first.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &'a Expr> {
        self.nodes().filter_map(|node| match node {
            Node::Expr(expr) => Some(expr),
            Node::Stmt(_) => None,
        })
    }

    /// The expressions around this one in the same function, closure or `async` block, innermost
    /// first.
    pub(crate) fn exprs_of_body(&self) -> impl Iterator<Item = &'a Expr> {
        self.exprs().take_while(|expr| !is_boundary(expr))
    }

    /// The parent expression, skipping parentheses.
    pub(crate) fn parent(&self) -> Option<&'a Expr> {
        self.ancestors.iter().rev().find_map(|node| match node {
            Node::Expr(Expr::Paren(_) | Expr::Group(_)) => None,
            Node::Expr(expr) => Some(Some(*expr)),
            Node::Stmt(_) => Some(None),
        })?
    }

    /// The statement `expr;` or `let pat = expr;` with this expression.
    pub(crate) fn statement(&self) -> Option<&'a Stmt> {
        self.ancestors.iter().rev().find_map(|node| match node {
            Node::Expr(Expr::Paren(_) | Expr::Group(_)) => None,
            Node::Stmt(stmt) => Some(Some(*stmt)),
            Node::Expr(_) => Some(None),
        })?
    }

    /// The `let` with this expression as its value.
    pub(crate) fn local(&self) -> Option<&'a Local> {
        match self.statement()? {
            Stmt::Local(local) => Some(local),
            _ => None,
        }
    }

    pub(crate) fn is_awaited(&self) -> bool {
        matches!(self.parent(), Some(Expr::Await(_)))
    }

    /// Returns whether the expression is evaluated for an `.await` of the same body:
    /// `timeout(LIMIT, this()).await`.
    pub(crate) fn is_in_await(&self) -> bool {
        self.body.in_await
    }

    /// Returns whether the expression is in a loop of the same function, closure or `async` block.
    pub(crate) fn is_in_loop(&self) -> bool {
        self.body.in_loop
    }

    /// Returns whether the code belongs to an `async fn`, an async closure or an `async` block.
    pub(crate) fn is_async(&self, function: bool) -> bool {
        self.body.is_async.unwrap_or(function)
    }

    /// The call with this expression as an argument.
    pub(crate) fn argument_of(&self, this: &Expr) -> Option<&'a ExprCall> {
        match self.parent()? {
            Expr::Call(call) if !std::ptr::eq(&raw const *call.func, this) => Some(call),
            _ => None,
        }
    }
}

/// Returns whether the expression is a closure or an `async` block, whose content runs elsewhere.
fn is_boundary(expr: &Expr) -> bool {
    matches!(expr, Expr::Closure(_) | Expr::Async(_))
}

/// The item that `expr` uses, and its call if it is called. A path of two or more segments also
/// counts as a value, as in `.map(tokio::spawn)`. `let spawn = tokio::spawn;` does not count,
/// because its calls do.
pub(crate) fn used_item<'a>(expr: &'a Expr, at: &Place<'_, 'a>) -> Option<(&'a ExprPath, Option<&'a ExprCall>)> {
    match expr {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => Some((path, Some(call))),
            _ => None,
        },
        Expr::Path(path) if path.path.segments.len() > 1 => {
            let is_callee = matches!(at.parent(), Some(Expr::Call(call)) if std::ptr::eq(&raw const *call.func, expr));
            let is_named = at.local().is_some_and(|local| declared(&local.pat).is_some());
            (!is_callee && !is_named).then_some((path, None))
        }
        _ => None,
    }
}

/// Calls `look` for every expression below `block`, outer ones first. Nested items are skipped.
pub(crate) fn each_expr<'a>(block: &'a Block, look: &mut dyn FnMut(&'a Expr, &Place<'_, 'a>)) {
    Walker { look, ancestors: Vec::new(), body: Body::default() }.visit_block(block);
}

struct Walker<'l, 'a> {
    look: &'l mut dyn FnMut(&'a Expr, &Place<'_, 'a>),
    ancestors: Vec<Node<'a>>,
    body: Body,
}

impl<'a> Visit<'a> for Walker<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        (self.look)(expr, &Place { ancestors: &self.ancestors, body: self.body });
        if !is_dead(expr) {
            let outer = self.body;
            self.body = outer.within(expr);
            self.ancestors.push(Node::Expr(expr));
            visit::visit_expr(self, expr);
            self.ancestors.pop();
            self.body = outer;
        }
    }

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.ancestors.push(Node::Stmt(stmt));
        visit::visit_stmt(self, stmt);
        self.ancestors.pop();
    }

    fn visit_item(&mut self, _: &'a Item) {}
}

/// Returns whether the expression is `if false { … }`, which other macros use as a type hint.
fn is_dead(expr: &Expr) -> bool {
    let Expr::If(branch) = expr else { return false };
    let is_false =
        |expr: &Expr| matches!(expr, Expr::Lit(literal) if matches!(&literal.lit, Lit::Bool(value) if !value.value));
    branch.else_branch.is_none() && is_false(&branch.cond)
}

/// Calls `look` for every block, including those of closures and `async` blocks.
pub(crate) fn each_block<'a>(block: &'a Block, look: &mut dyn FnMut(&'a Block)) {
    struct Blocks<'l, 'a>(&'l mut dyn FnMut(&'a Block));
    impl<'a> Visit<'a> for Blocks<'_, 'a> {
        fn visit_block(&mut self, block: &'a Block) {
            (self.0)(block);
            visit::visit_block(self, block);
        }

        fn visit_item(&mut self, _: &'a Item) {}
    }
    Blocks(look).visit_block(block);
}
