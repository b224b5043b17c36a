//! For every end of every kind of run, no call, item or worker is left.

use std::future::{Future, pending};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::thread;
use std::time::Duration;

use futures::future::{Either, LocalBoxFuture, select};
use futures::stream::{self, StreamExt};
use futures::{FutureExt, TryStreamExt};
use taskward::{Context, ContextError, WorkerPool};
use tokio::task::yield_now;

use crate::support::{Alive, Census};

type Result<T> = std::result::Result<T, ContextError>;
type Item = (u32, Alive);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Success,
    Failure,
    Panic,
    Cancel,
    Deadline,
    DroppedCaller,
}

const ENDINGS: [Ending; 6] =
    [Ending::Success, Ending::Failure, Ending::Panic, Ending::Cancel, Ending::Deadline, Ending::DroppedCaller];

#[derive(Clone)]
struct Plan {
    ending: Ending,
    /// The item at which the end happens.
    at: u32,
    census: Census,
}

impl Plan {
    /// Ends the call as planned. Returns `true` if the call has to hang.
    fn act(&self, n: u32) -> Result<bool> {
        match self.ending {
            Ending::Success => Ok(false),
            _ if n != self.at => Ok(false),
            Ending::Failure => Err(Context::background().with_timeout(Duration::ZERO).check().unwrap_err()),
            Ending::Panic => panic!("as planned"),
            Ending::Cancel | Ending::Deadline | Ending::DroppedCaller => Ok(true),
        }
    }

    async fn call(self, (n, item): Item) -> Result<u32> {
        let _alive = (self.census.enter(), item);
        yield_now().await;
        if self.act(n)? {
            pending::<()>().await;
        }
        Ok(n)
    }

    fn block(&self, ctx: &Context, (n, item): Item) -> Result<u32> {
        let _alive = (self.census.enter(), item);
        if self.act(n)? {
            while !ctx.has_ended() {
                thread::yield_now();
            }
        }
        ctx.check().map(|()| n)
    }

    fn items(&self) -> impl Iterator<Item = Item> + use<> {
        let census = self.census.clone();
        (0..20).map(move |n| (n, census.enter()))
    }

    /// Runs all items on the pool with this number.
    fn run(&self, kind: u32, ctx: &Context) -> LocalBoxFuture<'static, Result<Vec<u32>>> {
        let (plan, ctx) = (self.clone(), ctx.clone());
        let pool = WorkerPool::new(3).queue(2);
        let pool = if kind.is_multiple_of(2) { pool } else { pool.unordered() };
        let call = {
            let plan = plan.clone();
            move |_: Context, item: Item| plan.clone().call(item)
        };
        let block = {
            let plan = plan.clone();
            move |ctx: &Context, item: Item| plan.block(ctx, item)
        };
        let items = self.items();
        match kind / 2 {
            0 => async move { pool.run(&ctx, items, call).await }.boxed_local(),
            1 => async move { pool.run_blocking(&ctx, items, block).await }.boxed_local(),
            2 => async move { pool.run_local(&ctx, items, call).await }.boxed_local(),
            3 => pool.stream(&ctx, stream::iter(items), call).try_collect().boxed_local(),
            4 => pool.stream_blocking(&ctx, stream::iter(items), block).try_collect().boxed_local(),
            5 => pool.stream_local(&ctx, stream::iter(items), call).try_collect().boxed_local(),
            6 => async move { pool.collect().run(&ctx, items, call).await.into_iter().collect() }.boxed_local(),
            _ => pool
                .collect()
                .stream(&ctx, stream::iter(items), call)
                .collect::<Vec<_>>()
                .map(|all| all.into_iter().collect())
                .boxed_local(),
        }
    }
}

const KINDS: u32 = 16;

async fn turns(turns: u32) {
    for _ in 0..turns {
        yield_now().await;
    }
}

/// Ends when the other future does.
async fn until<F: Future>(run: F, other: impl Future) -> Option<F::Output> {
    match select(pin!(run), pin!(other)).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

async fn nothing_is_left() {
    for round in 0..1000_u32 {
        let ending = ENDINGS[round as usize % ENDINGS.len()];
        let kind = round / 6 % KINDS;
        let plan = Plan { ending, at: round % 17, census: Census::default() };
        let (ctx, canceller) = Context::background().with_cancel();
        let ctx = if ending == Ending::Deadline { ctx.with_timeout(Duration::from_millis(1)) } else { ctx };
        let run = plan.run(kind, &ctx);
        let what = format!("{ending:?} of kind {kind} in round {round}");
        match ending {
            Ending::Success => assert_eq!(run.await.unwrap().len(), 20, "{what}"),
            Ending::Failure | Ending::Deadline => assert!(run.await.is_err(), "{what}"),
            Ending::Panic => assert!(AssertUnwindSafe(run).catch_unwind().await.is_err(), "{what}"),
            Ending::Cancel => {
                let cancel = async move {
                    turns(round % 23).await;
                    canceller.cancel();
                    pending::<()>().await;
                };
                assert!(until(run, cancel).await.unwrap().is_err(), "{what}");
            }
            Ending::DroppedCaller => {
                assert!(until(run, turns(round % 23)).await.is_none(), "{what}");
                // The runtime drops an aborted task at its next turn, and a thread ends by itself.
                while plan.census.alive() > 0 {
                    yield_now().await;
                }
            }
        }
        assert_eq!(plan.census.alive(), 0, "{what}");
    }
}

#[crate::watched::test]
async fn nothing_is_left_on_one_thread() {
    nothing_is_left().await;
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_on_several_threads() {
    nothing_is_left().await;
}
