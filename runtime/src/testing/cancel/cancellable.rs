//! Futures that a test may cancel.

use std::any::type_name;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::target::CancelTarget;
use super::way::Cancellation;
use crate::testing::session::Session;

/// Marks a future that a [`#[cancel_test]`](macro@crate::cancel_test) cancels. Returns its output,
/// or `None` if the future was dropped first. If the test ends its context instead of dropping the
/// future, always returns the output.
///
/// A test may mark several futures, one after the other or side by side; each run cancels one of
/// them at one place. Marks inside a marked future have no effect and never return `None`.
///
/// ```
/// use taskward::testing::{CancelTest, cancellable};
/// use tokio::sync::mpsc;
///
/// let report = CancelTest::new().explore(|_ctx| async {
///     let (items, mut queue) = mpsc::channel(1);
///     items.send(7).await.unwrap();
///     let received = cancellable(queue.recv()).await;
///     // `recv` says that it is cancel-safe: if it was cancelled, the item is still there.
///     let item = match received {
///         Some(item) => item,
///         None => queue.recv().await,
///     };
///     assert_eq!(item, Some(7));
/// });
/// assert!(report.failures().is_empty());
/// ```
///
/// # Panics
///
/// If awaited outside of a cancel test or on another thread than the test's, or if given a
/// reference to a future, which can be dropped without dropping the future.
#[track_caller]
pub fn cancellable<F: Future>(future: F) -> Cancellable<F> {
    let name = type_name::<F>();
    assert!(
        !name.starts_with("&mut ") && !name.starts_with("core::pin::Pin<&mut "),
        "`cancellable` was given a reference: dropping that leaves the future alive, and nothing is cancelled; give it the future itself"
    );
    Cancellable { future: Some(future), at: Location::caller(), stalled: 0, phase: Phase::New }
}

pin_project! {
    /// The future returned by [`cancellable`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Cancellable<F> {
        // `None` once the future was dropped or has ended.
        #[pin]
        future: Option<F>,
        at: &'static Location<'static>,
        stalled: u32,
        phase: Phase,
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    New,
    Polled,
    /// To be dropped instead of polled the next time.
    Doomed,
    /// To be polled the next time after its context has ended.
    Ending,
}

impl<F: Future> Future for Cancellable<F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(target) = CancelTarget::current() else {
            panic!(
                "`cancellable` at {} is awaited outside of `#[cancel_test]`, or on another thread than the test's",
                this.at
            );
        };
        if *this.phase == Phase::Doomed {
            target.hit();
            this.future.set(None);
            return Poll::Ready(None);
        }
        if *this.phase == Phase::Ending {
            *this.phase = Phase::Polled;
            target.hit();
            end_context(Cancellation::CancelWoken);
        }
        let Some(mut future) = this.future.as_mut().as_pin_mut() else {
            panic!("`cancellable` was polled after it had ended");
        };
        let Some(inside) = target.enter() else { return future.poll(cx).map(Some) };
        if *this.phase == Phase::New {
            *this.phase = Phase::Polled;
            target.begins(this.at);
        }
        let polled = target.poll(future.as_mut(), cx, this.stalled);
        drop(inside);
        match polled {
            Poll::Ready(output) => {
                this.future.set(None);
                Poll::Ready(Some(output))
            }
            Poll::Pending => {
                let Some(way) = target.suspended(this.at) else { return Poll::Pending };
                match way {
                    Cancellation::DropNow => {
                        target.hit();
                        this.future.set(None);
                        return Poll::Ready(None);
                    }
                    Cancellation::DropWoken => *this.phase = Phase::Doomed,
                    Cancellation::CancelWoken => *this.phase = Phase::Ending,
                    Cancellation::Cancel | Cancellation::Deadline => {
                        target.hit();
                        end_context(way);
                    }
                }
                Poll::Pending
            }
        }
    }
}

/// Ends the context. Waiters are woken, so the future is polled again.
fn end_context(way: Cancellation) {
    if let Some(session) = Session::current() {
        session.end_context(way == Cancellation::Deadline);
    }
}
