//! What a name means is what it means in the plain function.

#![allow(
    clippy::used_underscore_binding,
    clippy::used_underscore_items,
    reason = "names with an underscore are the case"
)]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, lazy, single_flight, with_timeout};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

type Result<T> = std::result::Result<T, ContextError>;

const MS: Duration = Duration::from_millis(1);

struct Pair {
    first: OwnedSemaphorePermit,
    n: usize,
}

fn log(line: &str) {
    assert!(!line.is_empty());
}

async fn free(ctx: &Context, semaphore: &Semaphore) -> Result<usize> {
    ctx.checkpoint().await?;
    Ok(semaphore.available_permits())
}

#[cancellable]
async fn in_a_literal(ctx: &Context, semaphore: &Semaphore, _permit: OwnedSemaphorePermit) -> Result<usize> {
    log("acquired the db_permit");
    free(ctx, semaphore).await
}

#[with_timeout("5s")]
async fn in_a_literal_in_time(ctx: &Context, semaphore: &Semaphore, _permit: OwnedSemaphorePermit) -> Result<usize> {
    log("acquired the db_permit");
    free(ctx, semaphore).await
}

#[cancellable]
async fn a_field(ctx: &Context, semaphore: &Semaphore, _pair: (OwnedSemaphorePermit, usize)) -> Result<usize> {
    assert_eq!(_pair.1, 7);
    free(ctx, semaphore).await
}

#[with_timeout("5s")]
async fn a_field_in_time(ctx: &Context, semaphore: &Semaphore, pair: (OwnedSemaphorePermit, usize)) -> Result<usize> {
    assert_eq!(pair.1, 7);
    free(ctx, semaphore).await
}

#[cancellable]
async fn a_pattern(ctx: &Context, semaphore: &Semaphore, Pair { n, .. }: Pair) -> Result<usize> {
    assert_eq!(n, 7);
    free(ctx, semaphore).await
}

#[with_timeout("5s")]
async fn a_pattern_in_time(ctx: &Context, semaphore: &Semaphore, Pair { n, .. }: Pair) -> Result<usize> {
    assert_eq!(n, 7);
    free(ctx, semaphore).await
}

#[cancellable]
async fn taken_apart_in_part(ctx: &Context, semaphore: &Semaphore, pair: Pair) -> Result<usize> {
    let Pair { n, .. } = pair;
    assert_eq!(n, 7);
    free(ctx, semaphore).await
}

#[cancellable]
async fn thrown_away(ctx: &Context, semaphore: &Semaphore, _permit: OwnedSemaphorePermit) -> Result<usize> {
    let _ = _permit;
    free(ctx, semaphore).await
}

#[cancellable]
async fn a_closure_parameter(ctx: &Context, semaphore: &Semaphore, _permit: OwnedSemaphorePermit) -> Result<usize> {
    let twice = |_permit: usize| _permit * 2;
    assert_eq!(twice(1), 2);
    free(ctx, semaphore).await
}

#[with_timeout("5s")]
async fn an_inner_function(ctx: &Context, semaphore: &Semaphore, _permit: OwnedSemaphorePermit) -> Result<usize> {
    fn _permit() -> usize {
        1
    }
    assert_eq!(_permit(), 1);
    free(ctx, semaphore).await
}

#[cancellable]
#[with_timeout("5s")]
async fn not_named(ctx: &Context, semaphore: &Semaphore, _: OwnedSemaphorePermit) -> Result<usize> {
    free(ctx, semaphore).await
}

#[with_timeout("5s")]
async fn no_context(semaphore: Arc<Semaphore>, _permit: OwnedSemaphorePermit) -> Result<usize> {
    tokio::task::yield_now().await;
    log("acquired the db_permit");
    Ok(semaphore.available_permits())
}

#[tokio::test]
async fn a_permit_is_held_until_the_body_ends_whatever_mentions_its_name() {
    let (ctx, semaphore) = (Context::background(), Arc::new(Semaphore::new(1)));
    macro_rules! held {
        ($($name:ident $make:expr;)*) => { $(
            let permit = semaphore.clone().try_acquire_owned().unwrap();
            assert_eq!($name(&ctx, &semaphore, $make(permit)).await.unwrap(), 0, stringify!($name));
            assert_eq!(semaphore.available_permits(), 1, stringify!($name));
        )* };
    }
    let pair = |first| Pair { first, n: 7 };
    held! {
        in_a_literal |permit| permit;
        in_a_literal_in_time |permit| permit;
        a_field |permit| (permit, 7);
        a_field_in_time |permit| (permit, 7);
        a_pattern pair;
        a_pattern_in_time pair;
        taken_apart_in_part pair;
        thrown_away |permit| permit;
        a_closure_parameter |permit| permit;
        an_inner_function |permit| permit;
        not_named |permit| permit;
    }
    drop(pair(semaphore.clone().try_acquire_owned().unwrap()).first);
    let permit = semaphore.clone().try_acquire_owned().unwrap();
    assert_eq!(no_context(semaphore.clone(), permit).await.unwrap(), 0);
    assert_eq!(semaphore.available_permits(), 1);
}

/// A `static` and a `const` of a user's that are called like generated items once were.
static FLIGHTS: AtomicU8 = AtomicU8::new(0);
const VALUE: u8 = 7;
const ONCE: u8 = 8;

#[lazy]
fn value() -> Arc<u8> {
    VALUE
}

#[taskward::once]
fn kept() -> &'static u8 {
    ONCE
}

#[single_flight(key = id)]
async fn counted(id: u8) -> u8 {
    tokio::task::yield_now().await;
    FLIGHTS.fetch_add(1, Ordering::Relaxed) + id
}

#[cancellable]
async fn variables(
    ctx: &Context,
    handle: u8,
    future: u8,
    limited: u8,
    retry: u8,
    param1: u8,
    (a, b): (u8, u8),
) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(handle + future + limited + retry + param1 + a + b)
}

#[cancellable]
async fn same_but_for_an_underscore(ctx: &Context, _x: u8, x: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(x)
}

#[tokio::test]
async fn generated_names_meet_no_names_of_the_users() {
    let ctx = Context::background();
    assert_eq!((*value(), *kept()), (7, 8));
    assert_eq!(counted(3).await, 3);
    assert_eq!(variables(&ctx, 1, 1, 1, 1, 1, (1, 1)).await.unwrap(), 7);
    assert_eq!(same_but_for_an_underscore(&ctx, 1, 2).await.unwrap(), 2);
}

struct Req {
    limit: Duration,
    n: u8,
}

#[with_timeout(req.limit)]
async fn of_a_field(req: Req) -> Result<u8> {
    sleep(10 * MS).await;
    Ok(req.n)
}

#[with_timeout(ctx.remaining().unwrap() / 2)]
async fn of_an_owned_context(ctx: Context) -> Result<Option<Duration>> {
    ctx.checkpoint().await?;
    Ok(ctx.remaining())
}

#[with_timeout(limit)]
async fn of_a_pattern((limit, n): (Duration, u8)) -> Result<u8> {
    sleep(10 * MS).await;
    Ok(n)
}

#[with_timeout(*limit * if matches!(req, Req { n: 0, .. }) { 0 } else { 2 })]
async fn of_several(ctx: &Context, Wrapper(ref limit): Wrapper, req: Req) -> Result<u8> {
    ctx.run(sleep(10 * MS)).await?;
    assert!(*limit > Duration::ZERO);
    Ok(req.n)
}

struct Wrapper(Duration);

/// A closure's parameter, an arm's and a block's variables are none of the function's.
#[with_timeout(limits.iter().map(|n| *n * 2).max().unwrap_or_default())]
async fn of_a_closure(limits: Vec<Duration>, n: u8) -> Result<u8> {
    sleep(10 * MS).await;
    Ok(n + u8::try_from(limits.len()).unwrap())
}

#[with_timeout(match limit { Some(n) if n > MS => n, n => n.unwrap_or(MS) })]
async fn of_a_match(limit: Option<Duration>, n: u8) -> Result<(Option<Duration>, u8)> {
    sleep(10 * MS).await;
    Ok((limit, n))
}

#[with_timeout({ let n = limit; let (limit, _) = (n, n); limit })]
async fn of_a_block(limit: Duration, n: u8) -> Result<(Duration, u8)> {
    sleep(10 * MS).await;
    Ok((limit, n))
}

#[with_timeout(if let Some(n) = limit { n } else { u32::from(n) * MS })]
async fn of_an_if_let(limit: Option<Duration>, n: u8) -> Result<Option<Duration>> {
    sleep(10 * MS).await;
    Ok(limit)
}

#[cancellable(ctx = app.ctx, grace = app.grace)]
async fn of_a_given_context(App { ctx, .. }: &App, app: App) -> Result<bool> {
    ctx.checkpoint().await?;
    Ok(app.grace.is_zero())
}

struct App {
    ctx: Context,
    grace: Duration,
}

#[tokio::test(start_paused = true)]
async fn limits_may_use_patterns_and_owned_parameters() {
    let ctx = Context::background();
    assert_eq!(of_a_field(Req { limit: 20 * MS, n: 1 }).await.unwrap(), 1);
    assert!(of_a_field(Req { limit: 5 * MS, n: 1 }).await.is_err());
    assert_eq!(of_an_owned_context(ctx.with_timeout(10 * MS)).await.unwrap(), Some(5 * MS));
    assert_eq!(of_a_pattern((20 * MS, 2)).await.unwrap(), 2);
    assert!(of_a_pattern((5 * MS, 2)).await.is_err());
    assert_eq!(of_several(&ctx, Wrapper(6 * MS), Req { limit: MS, n: 3 }).await.unwrap(), 3);
    assert!(of_several(&ctx, Wrapper(4 * MS), Req { limit: MS, n: 3 }).await.is_err());
    assert_eq!(of_a_closure(vec![MS, 6 * MS], 1).await.unwrap(), 3);
    assert!(of_a_closure(vec![MS, 4 * MS], 1).await.is_err());
    assert_eq!(of_a_match(Some(20 * MS), 1).await.unwrap(), (Some(20 * MS), 1));
    assert!(of_a_match(None, 200).await.is_err());
    assert_eq!(of_a_block(20 * MS, 1).await.unwrap(), (20 * MS, 1));
    assert!(of_a_block(5 * MS, 200).await.is_err());
    assert_eq!(of_an_if_let(None, 20).await.unwrap(), None);
    assert!(of_an_if_let(Some(5 * MS), 200).await.is_err());
    let app = || App { ctx: ctx.clone(), grace: MS };
    assert!(!of_a_given_context(&app(), app()).await.unwrap());
}

#[with_timeout("5s")]
async fn behind_another_parameter(id: u64, ctx: &Context) -> Result<(u64, Option<Duration>)> {
    ctx.checkpoint().await?;
    Ok((id, ctx.remaining()))
}

type Alias = Context;

#[with_timeout("5s")]
async fn as_the_last_of_several((a, b): (u64, u64), _: u8, mut ctx: Context) -> Result<(u64, Option<Duration>)> {
    ctx.checkpoint().await?;
    ctx = ctx.with_value(b);
    Ok((a, ctx.remaining()))
}

struct Of(u64);

impl Of {
    #[with_timeout("5s")]
    async fn of_a_method<'c>(&self, _id: u64, ctx: &'c Context) -> Result<(u64, Option<Duration>)> {
        ctx.checkpoint().await?;
        Ok((self.0, ctx.remaining()))
    }
}

#[with_timeout("5s")]
async fn an_alias_behind_another_parameter(id: u64, ctx: Alias) -> Result<(u64, Option<Duration>)> {
    ctx.checkpoint().await?;
    Ok((id, ctx.remaining()))
}

#[tokio::test(start_paused = true)]
async fn a_limit_reaches_a_context_wherever_it_stands() {
    let (ctx, five) = (Context::background(), Some(5000 * MS));
    assert_eq!(behind_another_parameter(1, &ctx).await.unwrap(), (1, five));
    assert_eq!(as_the_last_of_several((1, 2), 3, ctx.clone()).await.unwrap(), (1, five));
    assert_eq!(Of(1).of_a_method(2, &ctx).await.unwrap(), (1, five));
    assert_eq!(an_alias_behind_another_parameter(1, ctx).await.unwrap(), (1, five));
}

#[derive(Clone, Debug)]
struct Loader(u8);

impl Loader {
    #[single_flight(key = id, shared(self))]
    async fn load(&self, id: u8) -> String {
        assert_eq!(self.0, 7);
        tokio::task::yield_now().await;
        format!("{id}{self:?}")
    }
}

#[single_flight(key = id, shared(semaphore))]
async fn keeps(id: u8, semaphore: Arc<Semaphore>, _permit: OwnedSemaphorePermit) -> usize {
    sleep(10 * MS).await;
    id as usize + semaphore.available_permits()
}

#[tokio::test(start_paused = true)]
async fn the_run_of_a_flight_owns_all_parameters() {
    assert_eq!(Loader(7).load(1).await, "1Loader(7)");
    let semaphore = Arc::new(Semaphore::new(2));
    let permit = || semaphore.clone().try_acquire_owned().unwrap();
    let first = tokio::spawn(keeps(0, semaphore.clone(), permit()));
    tokio::task::yield_now().await;
    let second = tokio::spawn(keeps(0, semaphore.clone(), permit()));
    tokio::task::yield_now().await;
    first.abort();
    // Of the second caller's, the run does not need any.
    assert_eq!(second.await.unwrap(), 1);
    assert_eq!(semaphore.available_permits(), 2);
}

trait Store {
    #[cancellable]
    fn get(&self, ctx: &Context, n: u8) -> impl Future<Output = Result<u8>> + Send
    where
        Self: Sync,
    {
        async move {
            ctx.run(sleep(10 * MS)).await?;
            let text: u8 = n;
            Ok(text)
        }
    }

    #[with_timeout("5ms")]
    fn slow(&self, ctx: &Context) -> impl Future<Output = Result<Option<Duration>>> + Send
    where
        Self: Sync,
    {
        let remaining = ctx.remaining();
        async move {
            ctx.run(sleep(10 * MS)).await?;
            Ok(remaining)
        }
    }
}

struct Memory;

impl Store for Memory {}

#[tokio::test(start_paused = true)]
async fn a_function_that_returns_a_future_is_interrupted_like_an_async_fn() {
    fn send<T: Send>(it: T) -> T {
        it
    }
    let (ctx, canceller) = Context::background().with_cancel();
    assert_eq!(send(Memory.get(&ctx, 3)).await.unwrap(), 3);
    let start = Instant::now();
    assert!(send(Memory.slow(&ctx)).await.unwrap_err().is_deadline_exceeded());
    assert_eq!(start.elapsed(), 5 * MS);
    canceller.cancel();
    assert!(Memory.get(&ctx, 3).await.unwrap_err().is_cancelled());
}

/// `Self` of an inner item is not the function's, and an item may be of an unnamed type.
#[taskward::worker_pool(workers = 2)]
async fn inner_self(ctx: &Context, item: u8) -> Result<u8> {
    struct Twice(u8);
    impl Twice {
        fn new(n: u8) -> Self {
            Self(n * 2)
        }
    }
    ctx.checkpoint().await?;
    Ok(Twice::new(item).0)
}

#[taskward::worker_pool(workers = 2, stream)]
async fn unnamed(ctx: &Context, item: impl std::fmt::Display + Send + 'static) -> Result<String> {
    ctx.checkpoint().await?;
    Ok(item.to_string())
}

#[tokio::test]
async fn pools_take_items_of_unnamed_types_and_know_whose_self_it_is() {
    use futures::StreamExt;
    let ctx = Context::background();
    assert_eq!(inner_self_all(&ctx, [1, 2]).await.unwrap(), [2, 4]);
    let shown: Vec<_> = unnamed_all(&ctx, futures::stream::iter([1, 2])).collect().await;
    assert_eq!(shown.into_iter().collect::<Result<Vec<_>>>().unwrap(), ["1", "2"]);
}
