//! Every macro in every form, under lints that forbid everything: silent.
#![deny(
    warnings,
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    rust_2018_idioms,
    unused,
    unreachable_pub,
    let_underscore_drop,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    missing_debug_implementations,
    trivial_casts,
    trivial_numeric_casts
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::TryStreamExt;
use futures::stream;
use taskward::channel::{Receiver, Sender};
use taskward::{
    Context, ContextError, Once, Progress, SingleFlight, TaskGroup, cancellable, channel, defer, enforce, once,
    single_flight, with_timeout, worker_pool,
};

type Result<T, E = ContextError> = std::result::Result<T, E>;

#[cancellable]
async fn by_reference(ctx: &Context, n: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(n)
}

#[cancellable]
async fn by_value(ctx: Context) {
    if let Err(why) = ctx.checkpoint().await {
        println!("{why}");
    }
}

#[cancellable]
async fn unused_context(_ctx: &Context, n: u8) -> Option<u8> {
    tokio::task::yield_now().await;
    Some(n)
}

#[cancellable]
async fn nameless_context(_: &Context, (left, right): (u8, u8), mut n: u8) -> Option<u8> {
    n += left + right;
    tokio::task::yield_now().await;
    Some(n)
}

#[cancellable(ambient)]
async fn ambient(text: &str) -> Option<usize> {
    tokio::task::yield_now().await;
    Some(text.len())
}

#[cancellable(grace = "2s")]
async fn grace(ctx: &Context, text: &str) -> Result<usize> {
    taskward::defer! {
        println!("done with {text}");
    }
    ctx.checkpoint().await?;
    ctx.shield(async { tokio::task::yield_now().await }).await;
    for n in 0..2_u8 {
        defer! { println!("{n}") }
    }
    Ok(text.len())
}

#[cancellable(ambient, grace = limit)]
async fn ambient_grace(limit: Duration) -> Option<Duration> {
    tokio::task::yield_now().await;
    Some(limit)
}

#[with_timeout("5s")]
#[cancellable(grace = "2s")]
async fn limited_grace(_ctx: &Context, n: u8) -> Result<u8> {
    tokio::task::yield_now().await;
    Ok(n)
}

#[cancellable(grace = limit)]
#[with_timeout("5s")]
async fn grace_limited(ctx: Context, limit: Duration) -> Result<()> {
    ctx.with_timeout(limit).checkpoint().await
}

#[with_timeout("1m 30s")]
async fn limited(ctx: &Context) -> Result<()> {
    ctx.checkpoint().await
}

#[with_timeout("1m 30s")]
async fn limited_unused_context(_ctx: &Context, n: u8) -> Result<u8> {
    tokio::task::yield_now().await;
    Ok(n)
}

#[with_timeout(limit)]
async fn limited_without(limit: Duration, text: Arc<str>) -> Result<usize> {
    tokio::task::yield_now().await;
    Ok(text.len() + usize::try_from(limit.as_secs()).unwrap_or_default())
}

struct Label(String);

#[with_timeout("5s")]
async fn limited_mutable(mut label: Label) -> Result<String> {
    tokio::task::yield_now().await;
    label.0.push('!');
    Ok(label.0)
}

#[cancellable]
#[with_timeout("5s")]
async fn both<T>(ctx: &Context, items: &[T]) -> Result<Option<T>>
where
    T: Clone + Sync,
{
    ctx.checkpoint().await?;
    Ok(items.first().cloned())
}

#[with_timeout("5s")]
#[cancellable]
async fn both_by_value(ctx: Context, n: u8) -> Result<u8> {
    by_reference(&ctx, n).await
}

#[worker_pool(workers = 2)]
async fn call(ctx: &Context, item: u8, shared: Arc<str>) -> Result<usize> {
    ctx.checkpoint().await?;
    Ok(shared.len() + usize::from(item))
}

#[worker_pool(workers = width, on_error = collect, name = in_all_widths)]
async fn options(_ctx: &Context, item: u8, width: usize) -> Option<u8> {
    tokio::task::yield_now().await;
    Some(item)
}

#[worker_pool]
fn blocking(ctx: &Context, item: u8) -> Result<u8> {
    ctx.check()?;
    Ok(item)
}

#[worker_pool(workers = 2, order = completion, progress = report)]
async fn unordered(ctx: &Context, item: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(item)
}

#[allow(clippy::missing_const_for_fn, reason = "it would print")]
fn report(_: Progress) {}

#[worker_pool(workers = 2, stream, queue = depth)]
async fn streamed<T: Send + 'static>(ctx: &Context, item: T, depth: usize) -> Result<T> {
    ctx.checkpoint().await?;
    Ok(item)
}

#[worker_pool(stream, order = completion, on_error = collect, progress = |progress| println!("{progress}"))]
fn streamed_blocking(ctx: &Context, item: u8) -> Result<u8> {
    ctx.check()?;
    Ok(item)
}

#[worker_pool(local)]
async fn local(ctx: &Context, item: &str, longest: &AtomicUsize) -> Result<usize> {
    ctx.checkpoint().await?;
    longest.fetch_max(item.len(), Ordering::Relaxed);
    Ok(item.len())
}

#[worker_pool(local, stream)]
async fn local_streamed(ctx: &Context, item: &str) -> Result<usize> {
    ctx.checkpoint().await?;
    Ok(item.len())
}

#[once]
async fn once_static() -> Result<&'static String> {
    tokio::task::yield_now().await;
    Ok(String::from("once"))
}

/// That Clippy does not think the type too complex holds for what the attribute makes of it, too.
#[once]
async fn once_almost_too_complex() -> std::result::Result<&'static Box<dyn Fn() -> u32 + Send + Sync>, String> {
    tokio::task::yield_now().await;
    Ok(Box::new(|| 4))
}

#[once]
fn once_plain() -> &'static Vec<u8> {
    let bytes = vec![1];
    bytes.into_iter().chain([]).collect()
}

#[cancellable]
#[with_timeout("5s")]
#[once]
async fn once_stacked(ctx: &Context) -> Result<&'static u8> {
    ctx.checkpoint().await?;
    Ok(1)
}

#[once]
async fn once_unused_context(_ctx: Context) -> Result<&'static u8> {
    tokio::task::yield_now().await;
    Ok(1)
}

#[derive(Debug, Default)]
struct Keeper {
    text: Once<String, ContextError>,
    number: Once<u8>,
}

impl Keeper {
    #[once(self.text)]
    async fn text(&self) -> Result<&String> {
        tokio::task::yield_now().await;
        Ok(self.number().to_string())
    }

    #[once(self.number)]
    fn number(&self) -> &u8 {
        7
    }
}

#[single_flight(key = id)]
async fn flight(ctx: &Context, id: u64) -> Result<u64> {
    ctx.checkpoint().await?;
    Ok(id)
}

#[single_flight(key = (name, id), shared(bytes))]
async fn flight_borrowed(name: &str, id: u64, bytes: &[u8]) -> Option<usize> {
    tokio::task::yield_now().await;
    Some(name.len() + bytes.len() + usize::try_from(id).ok()?)
}

#[cancellable]
#[with_timeout("5s")]
#[single_flight(key = id)]
async fn flight_stacked(ctx: Context, mut id: u64) -> Result<u64> {
    ctx.checkpoint().await?;
    id += 1;
    Ok(id)
}

#[single_flight(key = id)]
async fn flight_unused_context(_ctx: Context, id: u64) -> Result<u64> {
    tokio::task::yield_now().await;
    Ok(id)
}

#[derive(Clone, Debug, Default)]
struct Pages {
    flights: Arc<SingleFlight<u64, Result<usize>>>,
}

impl Pages {
    #[single_flight(self.flights, key = id)]
    async fn page(&self, id: u64) -> Result<usize> {
        tokio::task::yield_now().await;
        Ok(self.flights.len() + usize::from(id == 0))
    }
}

#[cancellable]
async fn produce(ctx: &Context, out: Sender<u8>) -> Result<()> {
    out.send(ctx, 1).await?;
    out.close();
    Ok(())
}

#[cancellable]
async fn consume(_ctx: &Context, mut values: Receiver<u8>) -> Option<u8> {
    values.recv().await
}

struct Service {
    limit: Duration,
    ctx: Context,
}

impl Service {
    #[cancellable]
    async fn method(&self, ctx: &Context) -> Result<Duration> {
        ctx.checkpoint().await?;
        Ok(self.limit)
    }

    #[cancellable(ctx = self.ctx)]
    async fn own_context(&mut self) -> Option<Duration> {
        tokio::task::yield_now().await;
        self.limit *= 2;
        Some(self.limit)
    }

    #[cancellable(ctx = self.ctx, grace = self.limit)]
    async fn own_grace(&self) -> Option<Duration> {
        self.ctx.shield(tokio::task::yield_now()).await;
        Some(self.limit)
    }

    #[with_timeout(self.limit)]
    async fn own_limit(&self, ctx: &Context) -> Result<()> {
        self.method(ctx).await.map(drop)
    }

    #[worker_pool]
    async fn shared(self: Arc<Self>, ctx: &Context, item: u8) -> Result<u8> {
        self.method(ctx).await?;
        Ok(item)
    }
}

impl Service {
    #[worker_pool(local, workers = self.width(), progress = |progress| self.tell(progress))]
    async fn borrowed(&self, ctx: &Context, item: u8) -> Result<u8> {
        self.method(ctx).await?;
        Ok(item)
    }

    #[worker_pool(associated)]
    async fn associated(ctx: &Context, item: u8) -> Result<u8> {
        ctx.checkpoint().await?;
        Ok(item)
    }

    fn width(&self) -> usize {
        usize::try_from(self.limit.as_secs()).unwrap_or_default() + 1
    }

    fn tell(&self, progress: Progress) {
        println!("{progress} in {:?}", self.limit);
    }
}

trait Handler {
    async fn handle(&self, ctx: &Context) -> Result<()>;

    #[cancellable]
    async fn twice(&self, ctx: &Context) -> Result<()> {
        self.handle(ctx).await?;
        self.handle(ctx).await
    }
}

impl Handler for Service {
    #[cancellable]
    async fn handle(&self, ctx: &Context) -> Result<()> {
        self.method(ctx).await.map(drop)
    }
}

#[cancellable]
async fn grouped(ctx: &Context) -> Result<Vec<u8>> {
    let group = TaskGroup::new(ctx).limit(2).grace(Duration::from_secs(1)).keep_going();
    for n in 0..3 {
        group.spawn(move |ctx| async move { by_reference(&ctx, n).await }).await?;
    }
    group.spawn_named("last", async |ctx: Context| by_reference(&ctx, 3).await);
    let ended = TaskGroup::new(group.ctx());
    ended.spawn(by_value);
    ended.cancel_with("enough");
    ended.join().await;
    group.join().await
}

/// Public, too.
#[enforce(allow(busy_wait))]
pub mod enforced {
    use super::{Context, Result, cancellable, enforce};

    /// Has a method.
    #[derive(Debug)]
    pub struct Guarded;

    /// Waits.
    ///
    /// # Errors
    ///
    /// When `ctx` ends.
    #[cancellable(allow(detached_task))]
    pub async fn cancelled(ctx: &Context) -> Result<()> {
        ctx.checkpoint().await
    }

    /// Counts.
    #[must_use]
    pub const fn double(n: u8) -> u8 {
        n * 2
    }

    #[enforce]
    impl Guarded {
        /// Waits.
        ///
        /// # Errors
        ///
        /// When `ctx` ends.
        #[cancellable]
        pub async fn method(&self, ctx: &Context) -> Result<()> {
            cancelled(ctx).await
        }
    }
}

/// Public, so documented.
pub mod public {
    use taskward::{Context, ContextError, cancellable, worker_pool};

    /// Documented.
    ///
    /// # Errors
    ///
    /// When `ctx` ends.
    #[cancellable]
    #[worker_pool(workers = 2)]
    pub async fn documented(ctx: &Context, item: u8) -> Result<u8, ContextError> {
        ctx.checkpoint().await?;
        Ok(item)
    }

    /// Documented.
    ///
    /// # Errors
    ///
    /// When `ctx` ends.
    #[worker_pool(workers = 2, stream, order = completion)]
    pub async fn streamed(ctx: &Context, item: u8) -> Result<u8, ContextError> {
        ctx.checkpoint().await?;
        Ok(item)
    }

    /// Documented.
    #[worker_pool(local, stream)]
    pub async fn local_streamed(ctx: &Context, item: &str) -> Option<usize> {
        ctx.checkpoint().await.ok()?;
        Some(item.len())
    }
}

#[taskward::main(grace = "5s", worker_threads = 1)]
async fn starts(ctx: Context) -> Result<u8> {
    by_reference(&ctx, 1).await
}

#[taskward::main(flavor = "current_thread")]
async fn starts_without_context() -> u8 {
    by_value(Context::current()).await;
    1
}

#[taskward::main(grace = "0s")]
async fn main(_ctx: Context) -> Result<()> {
    by_reference(&Context::current(), 1).await.map(drop)
}

#[test]
fn main_works_too() -> Result<()> {
    assert_eq!(starts()?, 1);
    assert_eq!(starts_without_context(), 1);
    Ok(())
}

#[allow(clippy::redundant_pub_crate, reason = "`unreachable_pub` wants the contrary")]
mod lazily {
    use super::{Arc, Context, Result, with_timeout};
    use taskward::{Lazy, Lent, cancellable, lazy};

    pub(super) struct Client {
        pub(super) connection: Lazy<u8>,
    }

    impl Client {
        #[lazy(self.connection)]
        pub(super) async fn connection(&self, ctx: &Context) -> Result<Arc<u8>> {
            ctx.checkpoint().await?;
            Ok(1)
        }

        #[with_timeout("5s")]
        #[lazy(self.connection)]
        #[cancellable]
        pub(super) async fn limited(&self, _ctx: &Context) -> Result<Lent<u8>> {
            tokio::task::yield_now().await;
            Ok(2)
        }

        #[lazy(self.connection)]
        pub(super) fn blocking(&self) -> std::io::Result<Arc<u8>> {
            if self.connection.get().is_some() {
                return Err(std::io::ErrorKind::Other.into());
            }
            Ok(3)
        }
    }

    #[lazy]
    pub(super) async fn own(_ctx: &Context) -> Result<Arc<u8>> {
        tokio::task::yield_now().await;
        Ok(4)
    }

    #[rustfmt::skip]
    #[lazy]
    pub(super) fn table() -> Arc<Vec<u8>> { vec![5] }
}

// Braces on one line, around one expression.
#[rustfmt::skip]
#[cancellable]
async fn cancelled(ctx: &Context, n: u8) -> Result<u8> { by_reference(ctx, n).await }

#[rustfmt::skip]
#[with_timeout("5s")]
async fn limited_on_one_line(ctx: &Context, n: u8) -> Result<u8> { by_reference(ctx, n).await }

#[rustfmt::skip]
#[with_timeout("5s")]
async fn without(n: u8) -> Result<u8> { by_reference(&Context::current(), n).await }

#[rustfmt::skip]
#[cancellable(ambient)]
#[with_timeout("5s")]
async fn both_ambient(n: u8) -> Result<u8> { by_reference(&Context::current(), n).await }

#[rustfmt::skip]
#[cancellable(ambient)]
async fn ambient_on_one_line(n: u8) -> Result<u8> { by_reference(&Context::current(), n).await }

#[rustfmt::skip]
#[worker_pool(workers = 2)]
async fn pool(ctx: &Context, n: u8) -> Result<u8> { by_reference(ctx, n).await }

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    let ctx = Context::background();
    assert_eq!(by_reference(&ctx, 1).await?, 1);
    by_value(ctx.clone()).await;
    assert_eq!(unused_context(&ctx, 1).await, Some(1));
    assert_eq!(nameless_context(&ctx, (1, 2), 3).await, Some(6));
    assert_eq!(ambient("four").await, Some(4));
    assert_eq!(grace(&ctx, "four").await?, 4);
    assert_eq!(ambient_grace(Duration::ZERO).await, Some(Duration::ZERO));
    assert_eq!(limited_grace(&ctx, 1).await?, 1);
    grace_limited(ctx.clone(), Duration::from_secs(1)).await?;
    limited(&ctx).await?;
    assert_eq!(limited_unused_context(&ctx, 1).await?, 1);
    assert_eq!(limited_without(Duration::from_secs(1), "four".into()).await?, 5);
    assert_eq!(limited_mutable(Label("four".to_owned())).await?, "four!");
    assert_eq!(both(&ctx, &["a"]).await?, Some("a"));
    assert_eq!(both_by_value(ctx.clone(), 1).await?, 1);
    assert_eq!(call_all(&ctx, [1, 2], "four".into()).await?, [5, 6]);
    assert_eq!(in_all_widths(&ctx, [1], 2).await, [Some(1)]);
    assert_eq!(blocking_all(&ctx, [1, 2]).await?, [1, 2]);
    assert_eq!(cancelled(&ctx, 1).await? + limited_on_one_line(&ctx, 1).await?, 2);
    assert_eq!(without(1).await? + both_ambient(1).await? + ambient_on_one_line(1).await?, 3);
    assert_eq!(pool_all(&ctx, [1, 2]).await?, [1, 2]);
    assert_eq!(once_almost_too_complex().await.map(|made| made()), Ok(4));
    assert_eq!((once_static().await?.len(), once_plain().len()), (4, 1));
    assert_eq!((once_stacked(&ctx).await?, once_unused_context(ctx.clone()).await?), (&1, &1));
    assert_eq!(Keeper::default().text().await?, "7");
    assert_eq!(
        flight(&ctx, 1).await? + flight_stacked(ctx.clone(), 1).await? + flight_unused_context(ctx.clone(), 1).await?,
        4
    );
    assert_eq!((flight_borrowed("a", 1, &[1]).await, Pages::default().page(1).await?), (Some(3), 1));
    enforced::Guarded.method(&ctx).await?;
    assert_eq!(enforced::double(2), 4);
    assert_eq!(unordered_all(&ctx, [1]).await?, [1]);
    assert_eq!(streamed_all(&ctx, stream::iter([1, 2]), 3).try_collect::<Vec<_>>().await?, [1, 2]);
    assert_eq!(streamed_blocking_all(&ctx, stream::iter([1])).try_collect::<Vec<_>>().await?, [1]);
    let longest = AtomicUsize::new(0);
    assert_eq!(local_all(&ctx, ["a", "bc"], &longest).await?, [1, 2]);
    assert_eq!(local_streamed_all(&ctx, stream::iter(["a", "bc"])).try_collect::<Vec<_>>().await?, [1, 2]);
    assert_eq!(Service::associated_all(&ctx, [1]).await?, [1]);
    let (tx, rx) = channel(1);
    produce(&ctx, tx).await?;
    assert_eq!(consume(&ctx, rx).await, Some(1));
    let client = lazily::Client { connection: taskward::Lazy::new() };
    assert_eq!((*client.connection(&ctx).await?, **client.limited(&ctx).await?), (1, 1));
    client.connection.invalidate();
    assert_eq!(client.blocking().map_or(0, |connection| *connection), 3);
    assert_eq!((*lazily::own(&ctx).await?, lazily::table().len()), (4, 1));
    let mut service = Service { limit: Duration::from_secs(1), ctx: ctx.clone() };
    assert_eq!(service.borrowed_all(&ctx, [1]).await?, [1]);
    service.own_limit(&ctx).await?;
    assert_eq!(service.own_grace().await, Some(Duration::from_secs(1)));
    service.twice(&ctx).await?;
    assert_eq!(service.own_context().await, Some(Duration::from_secs(2)));
    assert_eq!(Arc::new(service).shared_all(&ctx, [1]).await?, [1]);
    assert_eq!(public::documented_all(&ctx, [1]).await?, [1]);
    assert_eq!(grouped(&ctx).await?, [0, 1, 2, 3]);
    Ok(())
}

#[cfg(feature = "test-util")]
mod watched {
    use super::{Context, Duration, Result};

    const LIMIT: Duration = Duration::from_secs(5);

    #[taskward::test(start_paused = true, timeout = LIMIT, settle = "1s", leaks = deny, blocked = warn)]
    async fn all_that_spawns(ctx: Context) -> Result<()> {
        let (inner, number) = (ctx.clone(), 7_u8);
        tokio::spawn(async move { inner.cancelled().await });
        let task = tokio::spawn(async move { number });
        assert_eq!(task.await.ok(), Some(7));
        let mut set = tokio::task::JoinSet::new();
        set.spawn(async { 1_u8 });
        set.spawn_blocking(|| 2_u8);
        assert_eq!(set.join_all().await.iter().sum::<u8>(), 3);
        assert_eq!(tokio::task::spawn_blocking(|| 3_u8).await.ok(), Some(3));
        ctx.checkpoint().await
    }

    #[taskward::test(flavor = "multi_thread", worker_threads = 2, leaks = allow)]
    async fn nothing_is_used(_: &Context) {}

    #[taskward::test]
    async fn no_context() {
        tokio::task::yield_now().await;
    }
}
