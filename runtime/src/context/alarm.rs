//! What ends a scope from outside: a timer, or a foreign token.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context as Poll, Wake, Waker};

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

use super::scope::Scope;

/// One future for all who wait on a scope; going off, it calls [`Scope::ring`]. Dropping it stops it.
pub(crate) struct Alarm {
    _armed: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// It was over before it could be waited for.
pub(crate) struct Elapsed;

/// Starts a timer on the current runtime. `None` outside of one.
///
/// # Panics
///
/// If the runtime's timers are not enabled.
pub(crate) fn at(at: Instant, scope: &Arc<Scope>) -> Option<Result<Alarm, Elapsed>> {
    Handle::try_current().ok()?;
    Some(start(sleep_until(at), scope))
}

#[cfg(feature = "tokio-util")]
pub(crate) fn on(token: &tokio_util::sync::CancellationToken, scope: &Arc<Scope>) -> Result<Alarm, Elapsed> {
    start(token.clone().cancelled_owned(), scope)
}

fn start(until: impl Future<Output = ()> + Send + 'static, scope: &Arc<Scope>) -> Result<Alarm, Elapsed> {
    // Tokio's budget is for the task that happens to poll; an alarm must not be put off by it.
    let mut until: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(tokio::task::unconstrained(until));
    let bell = Waker::from(Arc::new(Bell(Arc::downgrade(scope))));
    if until.as_mut().poll(&mut Poll::from_waker(&bell)).is_ready() {
        return Err(Elapsed);
    }
    Ok(Alarm { _armed: until })
}

/// Weak, because the scope owns the alarm.
struct Bell(Weak<Scope>);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(scope) = self.0.upgrade() {
            scope.ring();
        }
    }
}
