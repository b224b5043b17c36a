//! The ways in which a call can end.

use std::future::{Future, pending};
use std::panic::resume_unwind;
use std::time::Duration;

use futures::future::join_all;
use taskward::{Context, ContextError};
use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, yield_now};

use crate::support::{Census, Item, let_others_run, rounds};

/// The number of concurrent rounds, and of repetitions.
const AT_ONCE: usize = 50;
const TIMES: usize = 20;

#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Success,
    Error,
    Panic,
    Cancel,
    Deadline,
    DroppedCaller,
}

impl End {
    /// The item that causes the end immediately, if an item causes it.
    pub(crate) const fn first(self) -> usize {
        match self {
            Self::Error | Self::Panic => 2,
            _ => 1,
        }
    }
}

const ENDS: [End; 6] = [End::Success, End::Error, End::Panic, End::Cancel, End::Deadline, End::DroppedCaller];

#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("failed")]
    Failed,
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The work on one of several items: one item causes the end, the others wait for it.
pub(crate) async fn work(ctx: Context, n: usize, item: Item, end: End) -> Result<Item> {
    yield_now().await;
    match (end, n) {
        (End::Success, _) => Ok(item),
        (End::Error, 2) => Err(Error::Failed),
        (End::Panic, 2) => resume_unwind(Box::new("a panic that is not printed")),
        _ if n.is_multiple_of(2) => Err(ctx.cancelled().await.into()),
        _ => {
            drop(ctx);
            pending().await
        }
    }
}

pub(crate) fn items(census: &Census) -> impl Iterator<Item = (usize, Item)> {
    (0..6).map(|_| census.enter()).collect::<Vec<_>>().into_iter().enumerate()
}

/// One call and its end.
async fn round<F>(call: fn(Context, Census, End) -> F, census: Census, end: End)
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let (ctx, canceller) = Context::background().with_cancel();
    let limited = if matches!(end, End::Deadline) { ctx.with_timeout(Duration::from_millis(1)) } else { ctx };
    let call: JoinHandle<_> = tokio::spawn(call(limited, census, end));
    match end {
        End::Success => call.await.unwrap().unwrap(),
        End::Error => assert!(matches!(call.await.unwrap(), Err(Error::Failed))),
        End::Panic => assert!(call.await.unwrap_err().is_panic()),
        End::Cancel => {
            let_others_run().await;
            canceller.cancel();
            assert!(matches!(call.await.unwrap(), Err(Error::Interrupted(why)) if why.is_cancelled()));
        }
        End::Deadline => {
            assert!(matches!(call.await.unwrap(), Err(Error::Interrupted(why)) if why.is_deadline_exceeded()));
        }
        End::DroppedCaller => {
            let_others_run().await;
            call.abort();
            assert!(call.await.unwrap_err().is_cancelled());
        }
    }
}

pub(crate) fn however_it_ends<F>(runtimes: [Runtime; 2], call: fn(Context, Census, End) -> F)
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    for runtime in runtimes {
        for end in ENDS {
            let all_at_once = |census: Census| async move {
                join_all((0..AT_ONCE).map(|_| round(call, census.clone(), end))).await;
            };
            rounds(&runtime, TIMES, &all_at_once);
        }
    }
}
