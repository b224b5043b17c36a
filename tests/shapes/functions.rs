//! Free functions: generics, lifetimes, patterns, results.

use std::convert::Infallible;
use std::fmt::Display;
use std::future::Future;
use std::rc::Rc;

use taskward::{Context, cancellable, with_timeout, worker_pool};

use super::Result;

#[cancellable]
async fn generic<'a, T, const N: usize>(ctx: &Context, items: &'a [T; N]) -> Result<(&'a T, usize)>
where
    T: Display + Sync + 'a,
{
    tokio::task::yield_now().await;
    Ok((&items[0], N))
}

#[cancellable(allow(no_await))]
async fn elided(ctx: &Context, text: &str) -> Result<usize> {
    Ok(text.len())
}

#[cancellable]
async fn in_and_out(ctx: &Context, items: impl IntoIterator<Item = u32>) -> Result<impl Iterator<Item = u32>> {
    if ctx.has_ended() {
        return Err(ctx.check().unwrap_err());
    }
    Ok(items.into_iter().collect::<Vec<_>>().into_iter().map(|n| n + 1))
}

#[cancellable(allow(no_await))]
async fn patterns(ctx: &Context, (left, right): (u8, u8), [a, .., b]: [u8; 3], mut sum: u8) -> Result<Option<u8>> {
    sum += left + right + a + b;
    Ok(Some(sum))
}

#[cancellable]
async fn recursive(ctx: &Context, n: u32) -> Result<u32> {
    if n == 0 { Ok(0) } else { Ok(1 + Box::pin(recursive(ctx, n - 1)).await?) }
}

#[tokio::test]
async fn free_functions() {
    let ctx = Context::background();
    assert_eq!(generic(&ctx, &[1, 2, 3]).await.unwrap(), (&1, 3));
    assert_eq!(elided(&ctx, "abc").await.unwrap(), 3);
    assert_eq!(in_and_out(&ctx, [1, 2]).await.unwrap().collect::<Vec<_>>(), [2, 3]);
    assert_eq!(patterns(&ctx, (1, 2), [3, 4, 5], 6).await.unwrap(), Some(17));
    assert_eq!(recursive(&ctx, 50).await.unwrap(), 50);
}

/// The result has the lifetime of one of several parameters.
#[with_timeout("5s")]
async fn longest<'a>(ctx: &Context, left: &'a str, right: &'a str, _other: &str) -> Result<&'a str> {
    ctx.checkpoint().await?;
    Ok(if left.len() > right.len() { left } else { right })
}

#[cancellable]
#[with_timeout("5s")]
async fn bounded<T: Clone + Send + 'static>(ctx: &Context, item: &'static T) -> Result<T>
where
    Vec<T>: Send,
{
    ctx.checkpoint().await?;
    Ok(item.clone())
}

#[cancellable]
async fn nested(ctx: &Context, found: Option<u8>) -> Result<Result<Option<u8>, String>> {
    ctx.checkpoint().await?;
    Ok(found.ok_or_else(|| "nothing".to_owned()).map(Some))
}

#[with_timeout("5s")]
async fn of_a_closure<F, Fut>(ctx: &Context, mut run: F) -> Result<u8>
where
    F: FnMut(u8) -> Fut,
    Fut: Future<Output = u8>,
{
    ctx.checkpoint().await?;
    Ok(run(1).await + run(2).await)
}

#[cancellable]
async fn dynamic(
    ctx: &Context,
    items: &mut dyn Iterator<Item = u8>,
    show: &(dyn Fn(u8) -> String + Sync),
) -> Result<String> {
    let mut all = String::new();
    for item in items {
        ctx.checkpoint().await?;
        all += &show(item);
    }
    Ok(all)
}

type Ctx = Context;
type Reply = Result<u8>;

#[cancellable]
async fn aliases(ctx: &Ctx, n: u8) -> Reply {
    tokio::task::yield_now().await;
    Ok(n)
}

#[cancellable]
async fn explicit_unit(ctx: &Context, done: &mut bool) -> () {
    tokio::task::yield_now().await;
    *done = ctx.check().is_ok();
}

/// Panics, or never ends.
#[cancellable]
async fn forever(ctx: &Context) -> Result<Infallible> {
    loop {
        ctx.checkpoint().await?;
    }
}

#[cancellable]
async fn conditional(ctx: &Context, #[cfg(not(test))] never: Missing, #[cfg(test)] n: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(n)
}

#[with_timeout("5s")]
async fn conditional_in_time(ctx: &Context, #[cfg(not(test))] never: Missing, #[cfg(test)] n: u8) -> Result<u8> {
    ctx.checkpoint().await?;
    Ok(n)
}

#[cancellable]
async fn r#match(r#ctx: &Context, r#type: u8) -> Result<u8> {
    r#ctx.checkpoint().await?;
    Ok(r#type)
}

#[worker_pool(workers = 2)]
async fn show<T, const N: usize>(ctx: &Context, item: T) -> Result<String>
where
    T: Display + Send + Sync + 'static,
{
    ctx.checkpoint().await?;
    Ok(format!("{item}/{N}"))
}

/// The compiler forgets which lifetimes are `'static` when it checks that a worker is `Send`.
#[worker_pool(workers = 2)]
async fn forever_there(ctx: &Context, item: &'static str, _other: &'static [u8]) -> Result<&'static str> {
    ctx.checkpoint().await?;
    Ok(item)
}

#[tokio::test]
async fn lifetimes_bounds_and_results() {
    static WORD: &str = "word";
    let ctx = Context::background();
    assert_eq!(longest(&ctx, "ab", "c", "").await.unwrap(), "ab");
    assert_eq!(bounded(&ctx, &WORD).await.unwrap(), WORD);
    assert_eq!(nested(&ctx, Some(1)).await.unwrap(), Ok(Some(1)));
    assert_eq!(of_a_closure(&ctx, |n| async move { n * 2 }).await.unwrap(), 6);
    assert_eq!(dynamic(&ctx, &mut vec![1, 2].into_iter(), &|n| n.to_string()).await.unwrap(), "12");
    assert_eq!(aliases(&ctx, 1).await.unwrap(), 1);
    let mut done = false;
    explicit_unit(&ctx, &mut done).await;
    assert!(done);
    assert_eq!(conditional(&ctx, 1).await.unwrap() + conditional_in_time(&ctx, 1).await.unwrap(), 2);
    assert_eq!(r#match(&ctx, 3).await.unwrap(), 3);
    assert_eq!(forever_there_all(&ctx, ["a", "b"], &[1]).await.unwrap(), ["a", "b"]);
    assert_eq!(show_all::<_, 3>(&ctx, [1, 2]).await.unwrap(), ["1/3", "2/3"]);
    let (ctx, canceller) = ctx.with_cancel();
    canceller.cancel();
    assert!(forever(&ctx).await.is_err());
}

#[with_timeout("5s")]
async fn recursive_in_time(ctx: &Context, n: u32) -> Result<u32> {
    if n == 0 { Ok(0) } else { Ok(1 + Box::pin(recursive_in_time(ctx, n - 1)).await?) }
}

#[taskward::retry(attempts = 3, when = |error| !error.is_cancelled() || n > 1)]
#[with_timeout("5s")]
async fn retried(ctx: &Context, n: u32) -> Result<u32> {
    ctx.checkpoint().await?;
    Ok(n)
}

#[tokio::test]
async fn recursion() {
    assert_eq!(retried(&Context::background(), 1).await.unwrap(), 1);
    assert_eq!(recursive_in_time(&Context::background(), 50).await.unwrap(), 50);
}

fn send<F: Future + Send>(future: F) -> F {
    future
}

/// Ambiguous for `Send` types, so that the compiler rejects them.
trait NotSend<Why> {
    fn is_not_send(&self) {}
}

struct ItIs;

impl<F> NotSend<()> for F {}
impl<F: Send> NotSend<ItIs> for F {}

#[cancellable]
async fn shared(ctx: &Context, n: u8) -> Result<u8> {
    let n = Rc::new(n);
    ctx.checkpoint().await?;
    Ok(*n)
}

#[with_timeout("5s")]
async fn shared_in_time(ctx: &Context, n: u8) -> Result<u8> {
    let n = Rc::new(n);
    ctx.checkpoint().await?;
    Ok(*n)
}

#[with_timeout("5s")]
async fn shared_without_context(n: Rc<u8>) -> Result<u8> {
    tokio::task::yield_now().await;
    Ok(*n)
}

#[cancellable(ambient)]
#[with_timeout("5s")]
async fn shared_in_both(n: u8) -> Result<u8> {
    let n = Rc::new(n);
    tokio::task::yield_now().await;
    Ok(*n)
}

/// A worker pool sends its calls to other threads; a function called for one item does not.
#[test]
fn futures_are_not_send_when_the_body_is_not() {
    let ctx = Context::background();
    shared(&ctx, 1).is_not_send();
    shared_in_time(&ctx, 1).is_not_send();
    shared_without_context(Rc::new(1)).is_not_send();
    shared_in_both(1).is_not_send();
}

#[test]
fn futures_are_send_when_the_body_is() {
    let ctx = Context::background();
    drop(send(elided(&ctx, "")));
    drop(send(recursive(&ctx, 1)));
    drop(send(patterns(&ctx, (1, 2), [3, 4, 5], 6)));
    drop(send(longest(&ctx, "", "", "")));
    drop(send(aliases(&ctx, 1)));
    drop(send(recursive_in_time(&ctx, 1)));
    drop(send(bounded(&ctx, &1)));
    drop(send(conditional_in_time(&ctx, 1)));
    drop(send(show::<_, 1>(&ctx, 1)));
    drop(send(show_all::<_, 1>(&ctx, [1])));
}
