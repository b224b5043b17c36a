//! The executor for hyper's tasks: one for each stream of HTTP/2.

use std::future::Future;

use hyper::rt::Executor;
use taskward::{Context, GroupHandle};

/// Spawns tasks in the group of the connections, with the context of a connection.
#[derive(Clone, Debug)]
pub(super) struct GroupExecutor {
    pub(super) group: GroupHandle<()>,
    pub(super) ctx: Context,
}

impl<F: Future + Send + 'static> Executor<F> for GroupExecutor {
    fn execute(&self, stream: F) {
        let ctx = self.ctx.clone();
        // A group that has ended refuses the task; the connection ends too.
        drop(self.group.spawn(move |_| async move { _ = ctx.run(stream).await }));
    }
}
