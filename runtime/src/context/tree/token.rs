//! A node that stands for a `CancellationToken` of tokio-util.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context as Task, Wake, Waker};

use tokio::runtime::Handle;

use super::node::{Node, Source};
use crate::sync::lock;

/// Ends a node when its token is cancelled.
struct Alarm {
    node: Weak<Node>,
    runtime: Option<Handle>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    /// Runs inside `CancellationToken::cancel`, which holds its own locks: observers are notified
    /// in a task if there is a runtime.
    fn wake_by_ref(self: &Arc<Self>) {
        match &self.runtime {
            Some(runtime) => {
                let alarm = self.clone();
                runtime.spawn(async move { alarm.notify() });
            }
            None => self.notify(),
        }
    }
}

impl Alarm {
    fn notify(&self) {
        if let Some(node) = self.node.upgrade() {
            node.expire();
        }
    }
}

/// Starts to wait for the token of this node, unless something already does.
pub(super) fn arm(node: &Arc<Node>) {
    let Source::Token(token) = &node.source else { return };
    let mut links = lock(&node.watched().links);
    if links.token.is_some() || token.is_cancelled() {
        return;
    }
    let alarm = Waker::from(Arc::new(Alarm { node: Arc::downgrade(node), runtime: Handle::try_current().ok() }));
    let mut wait: Pin<Box<dyn Future<Output = ()> + Send>> =
        Box::pin(tokio::task::unconstrained(token.clone().cancelled_owned()));
    if wait.as_mut().poll(&mut Task::from_waker(&alarm)).is_pending() {
        links.token = Some(wait);
    }
}
