//! The callers, and their results.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, with_timeout};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::store::{Error, Store};

pub(crate) struct Caller {
    pub(crate) number: usize,
    pub(crate) store: Arc<Store>,
    pub(crate) watch: Arc<Watch>,
}

/// The results of one caller.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) asked: usize,
    pub(crate) answered: usize,
    /// The number of failed calls.
    pub(crate) failed: usize,
    /// The errors of calls that started and ended while the server was up.
    pub(crate) failed_while_up: Vec<String>,
    /// The number of wrong answers.
    pub(crate) confused: usize,
}

impl Caller {
    pub(crate) async fn run(&self, ctx: &Context) -> Tally {
        let mut tally = Tally::default();
        while !self.watch.has_stopped() {
            self.call(ctx, &mut tally).await;
        }
        tally
    }

    async fn call(&self, ctx: &Context, tally: &mut Tally) {
        tally.asked += 1;
        let (key, value) = (format!("caller {}", self.number), format!("call {}", tally.asked));
        let before = self.watch.phase();
        let result = self.limited(ctx, &key, &value).await;
        let was_up = before.is_up() && self.watch.phase() == before;
        match result {
            Ok(answer) if answer == value => {
                tally.answered += 1;
                self.watch.tell_answered();
            }
            Ok(_) => tally.confused += 1,
            Err(error) => {
                tally.failed += 1;
                if was_up {
                    tally.failed_while_up.push(error.to_string());
                }
                self.watch.tell_refused();
                sleep(Duration::from_millis(2)).await;
            }
        }
    }

    #[with_timeout("30s")]
    async fn limited(&self, ctx: &Context, key: &str, value: &str) -> Result<String, Error> {
        self.store.put(ctx, key, value).await
    }
}

/// The state shared by the callers and the code that kills the server.
#[derive(Default)]
pub(crate) struct Watch {
    /// Even while the server is up.
    phase: AtomicUsize,
    answered: AtomicUsize,
    refused: AtomicUsize,
    news: Notify,
    stopped: AtomicBool,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Phase(usize);

impl Phase {
    fn is_up(self) -> bool {
        self.0.is_multiple_of(2)
    }
}

impl Watch {
    /// Called before the server is killed.
    pub(crate) fn goes_down(&self) {
        self.phase.fetch_add(1, SeqCst);
    }

    /// Called once the server answers again.
    pub(crate) fn is_up(&self) {
        self.phase.fetch_add(1, SeqCst);
    }

    fn phase(&self) -> Phase {
        Phase(self.phase.load(SeqCst))
    }

    pub(crate) fn stop(&self) {
        self.stopped.store(true, SeqCst);
    }

    fn has_stopped(&self) -> bool {
        self.stopped.load(SeqCst)
    }

    fn tell_answered(&self) {
        self.answered.fetch_add(1, SeqCst);
        self.news.notify_one();
    }

    fn tell_refused(&self) {
        self.refused.fetch_add(1, SeqCst);
        self.news.notify_one();
    }

    /// Waits until `calls` more calls have been answered.
    pub(crate) async fn answered(&self, ctx: &Context, calls: usize) -> Result<(), ContextError> {
        self.wait_for(ctx, &self.answered, calls).await
    }

    /// Waits until a call has failed.
    pub(crate) async fn refused(&self, ctx: &Context) -> Result<(), ContextError> {
        self.wait_for(ctx, &self.refused, 1).await
    }

    #[cancellable]
    async fn wait_for(&self, ctx: &Context, count: &AtomicUsize, more: usize) -> Result<(), ContextError> {
        let enough = count.load(SeqCst) + more;
        while count.load(SeqCst) < enough {
            self.news.notified().await;
        }
        ctx.check()
    }
}
