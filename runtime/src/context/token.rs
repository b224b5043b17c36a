//! Contexts and the `CancellationToken`s of tokio-util.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::handle::Context;
use super::tree::node::{Node, Source};

/// A context that ends when the token is cancelled.
///
/// Its hooks and waiters are told in a task of the runtime that they were registered in, because
/// the token holds locks of its own inside `cancel`.
impl From<CancellationToken> for Context {
    fn from(token: CancellationToken) -> Self {
        Self::background().on(Arc::new(Node::new(None, Source::Token(token), None)))
    }
}

impl Context {
    /// Returns a [`CancellationToken`] that is cancelled when this context ends, for code that
    /// takes one.
    ///
    /// The context is kept until it ends. Cancelling the token does not end the context: that is
    /// for the [`Canceller`](crate::Canceller). A deadline cancels the token only if `to_token` was
    /// called inside a Tokio runtime.
    ///
    /// ```
    /// let (ctx, canceller) = taskward::Context::background().with_cancel();
    /// let token = ctx.to_token();
    /// canceller.cancel();
    /// assert!(token.is_cancelled());
    /// ```
    #[must_use]
    pub fn to_token(&self) -> CancellationToken {
        let Some(node) = self.node() else { return CancellationToken::new() };
        let mut is_new = false;
        let shared = node.token(&mut is_new);
        if is_new {
            let (token, ctx) = (shared.clone(), self.clone());
            self.on_cancel(move |_| {
                token.cancel();
                // Kept until it ends: the token follows it when nobody else has it any more.
                drop(ctx);
            })
            .forget();
        }
        // A child, so that cancelling one does not cancel the others; it leaves nothing behind when
        // it is dropped.
        shared.child_token()
    }
}
