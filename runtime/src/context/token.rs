//! Conversions between contexts and the `CancellationToken` of tokio-util.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::handle::Context;
use super::tree::node::{Node, Source};

/// Creates a context that ends when the token is cancelled.
///
/// Notifies its hooks and waiters in a task of the runtime they were registered in, because the
/// token holds its own locks inside `cancel`.
impl From<CancellationToken> for Context {
    fn from(token: CancellationToken) -> Self {
        Self::background().on(Arc::new(Node::new(None, Source::Token(token), None)))
    }
}

impl Context {
    /// Returns a [`CancellationToken`] that is cancelled when this context ends.
    ///
    /// The context is kept alive until it ends. Cancelling the token does not end the context;
    /// only the [`Canceller`](crate::Canceller) does. A deadline cancels the token only if
    /// `to_token` was called inside a Tokio runtime.
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
                // Kept until the context ends: the token follows it even if no other handle is
                // left.
                drop(ctx);
            })
            .forget();
        }
        // A child token, so that cancelling one does not cancel the others. Dropping it frees it.
        shared.child_token()
    }
}
