//! The pages' claims about the end of a context, checked at every suspension, for cancellation and
//! deadlines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use taskward::{
    Context, ContextError, Lazy, Once, SingleFlight, TaskGroup, WorkerPool, cancel_test, cancellable as interruptible,
    channel, defer, with_timeout,
};
use tokio::task::yield_now;
use tokio::time::sleep;

use super::{Alive, settle};

/// Returns whether the result agrees with the context: it ended, for the same reason.
fn agrees<T>(done: &Result<T, ContextError>, ctx: &Context) -> bool {
    match done {
        Ok(_) => true,
        Err(error) => ctx.check().is_err_and(|why| why.is_deadline_exceeded() == error.is_deadline_exceeded()),
    }
}

#[cancel_test(by = context)]
async fn a_run_is_interrupted_with_the_error_of_its_context(ctx: Context) {
    let alive = Alive::default();
    let child = ctx.with_timeout(Duration::from_secs(5));
    let work = {
        let alive = alive.clone();
        async move {
            let _alive = alive;
            sleep(Duration::from_secs(1)).await;
            yield_now().await;
        }
    };
    let done = cancellable(child.run(work)).await.unwrap();
    assert_eq!(alive.count(), 0);
    assert!(agrees(&done, &ctx), "{done:?}");
}

#[cancel_test(by = context)]
async fn shielded_code_completes_and_is_then_interrupted(ctx: Context) {
    #[interruptible]
    async fn work(ctx: &Context, steps: &AtomicU32) -> Result<(), ContextError> {
        ctx.shield(async {
            steps.fetch_add(1, SeqCst);
            sleep(Duration::from_secs(1)).await;
            yield_now().await;
            steps.fetch_add(1, SeqCst);
        })
        .await;
        ctx.checkpoint().await?;
        steps.fetch_add(1, SeqCst);
        Ok(())
    }
    let steps = AtomicU32::new(0);
    let done = cancellable(work(&ctx, &steps)).await.unwrap();
    let steps = steps.into_inner();
    assert_ne!(steps, 1, "the shielded part is cut");
    assert!(agrees(&done, &ctx) && done.is_ok() == (steps == 3), "{done:?} after {steps} steps");
}

#[cancel_test(by = all)]
async fn deferred_code_runs_for_every_end_of_a_call(ctx: Context) {
    #[interruptible]
    async fn work(ctx: &Context, open: &AtomicU32) -> Result<(), ContextError> {
        open.fetch_add(1, SeqCst);
        defer!(_ = open.fetch_sub(1, SeqCst));
        ctx.checkpoint().await?;
        sleep(Duration::from_secs(1)).await;
        Ok(())
    }
    let open = AtomicU32::new(0);
    let done = cancellable(work(&ctx, &open)).await;
    assert_eq!(open.into_inner(), 0);
    assert!(done.is_none_or(|done| agrees(&done, &ctx)));
}

#[cancel_test(by = context)]
async fn a_limit_ends_with_the_context_of_its_caller(ctx: Context) {
    #[with_timeout("5s")]
    async fn limited(ctx: &Context) -> Result<(), ContextError> {
        sleep(Duration::from_secs(1)).await;
        ctx.checkpoint().await
    }
    let done = cancellable(limited(&ctx)).await.unwrap();
    assert!(agrees(&done, &ctx), "{done:?}");
}

#[cancel_test(by = context)]
async fn a_send_that_is_interrupted_gives_its_value_back(ctx: Context) {
    let (sender, mut receiver) = channel(1);
    let consumer = tokio::spawn(async move {
        let mut got = Vec::new();
        while let Some(item) = receiver.recv().await {
            got.push(item);
        }
        got
    });
    let mut back = Vec::new();
    for item in 0..3 {
        if let Err(error) = cancellable(sender.send(&ctx, item)).await.unwrap() {
            back.push(error.into_inner());
        }
    }
    drop(sender);
    let got = consumer.await.unwrap();
    assert_eq!([got, back].concat(), [0, 1, 2], "sent, or given back");
}

#[cancel_test(by = all)]
async fn no_task_of_a_group_outlives_it(ctx: Context) {
    let alive = Alive::default();
    let owner = async {
        let group = TaskGroup::<Result<(), ContextError>>::new(&ctx).limit(2);
        for _ in 0..3 {
            let alive = alive.clone();
            drop(group.spawn(move |ctx| async move {
                let _alive = alive;
                ctx.checkpoint().await?;
                sleep(Duration::from_secs(1)).await;
                ctx.checkpoint().await
            }));
        }
        group.join().await.map(drop)
    };
    let done = cancellable(owner).await;
    settle().await;
    assert_eq!(alive.count(), 0, "a task is alive");
    assert!(done.is_none_or(|done| agrees(&done, &ctx)));
}

#[cancel_test(by = all)]
async fn no_worker_of_a_pool_outlives_its_run(ctx: Context) {
    let alive = Alive::default();
    let run = WorkerPool::new(2).run(&ctx, 0..4, {
        let alive = alive.clone();
        move |ctx, item| {
            let alive = alive.clone();
            async move {
                let _alive = alive;
                ctx.checkpoint().await?;
                Ok::<u32, ContextError>(item * 2)
            }
        }
    });
    let done = cancellable(run).await;
    settle().await;
    assert_eq!(alive.count(), 0, "a worker is alive");
    assert!(done.is_none_or(|done| agrees(&done, &ctx)));
}

#[cancel_test(by = all)]
async fn an_interrupted_initialiser_hands_over_to_whoever_waits(ctx: Context) {
    async fn seven() -> u32 {
        yield_now().await;
        yield_now().await;
        7
    }
    let made = Arc::new((Once::<u32>::new(), Lazy::<u32>::new()));
    let waiter = tokio::spawn({
        let made = made.clone();
        async move {
            yield_now().await;
            (*made.0.get_or_init(seven).await, *made.1.get_or_init(seven).await)
        }
    });
    let get = async {
        let once = *ctx.run(made.0.get_or_init(seven)).await?;
        let lazy = *ctx.run(made.1.get_or_init(seven)).await?;
        Ok((once, lazy))
    };
    let done = cancellable(get).await;
    assert_eq!(waiter.await.unwrap(), (7, 7));
    assert!(done.is_none_or(|done| agrees(&done, &ctx)));
}

#[cancel_test(by = all)]
async fn a_caller_of_a_flight_that_is_interrupted_leaves_the_run_to_the_others(ctx: Context) {
    async fn seven() -> u32 {
        sleep(Duration::from_secs(1)).await;
        7
    }
    let flights = Arc::new(SingleFlight::<u8, u32>::new());
    let other = tokio::spawn({
        let flights = flights.clone();
        async move { flights.run(&Context::background(), 1, |_| seven()).await }
    });
    let done = cancellable(flights.run(&ctx, 1, |_| seven())).await;
    assert_eq!(other.await.unwrap().unwrap(), 7);
    assert!(done.is_none_or(|done| agrees(&done, &ctx)));
}
