//! Every macro in a crate of edition 2018 that renames taskward.
#![forbid(unsafe_code)]

use tw::{Context, ContextError};

/// Echoes the text.
///
/// # Errors
///
/// When `ctx` ends.
#[tw::cancellable(crate = tw)]
pub async fn echo(ctx: &Context, text: &str) -> Result<String, ContextError> {
    ctx.checkpoint().await?;
    Ok(text.to_owned())
}

/// Cleans up after an interruption.
///
/// # Errors
///
/// When `ctx` ends.
#[tw::cancellable(crate = tw, grace = "2s")]
pub async fn tidy(ctx: &Context) -> Result<(), ContextError> {
    tw::defer! { println!("done") }
    ctx.shield(std::future::ready(())).await;
    ctx.checkpoint().await
}

/// Has a time limit.
///
/// # Errors
///
/// When `ctx` ends, or the limit passes.
#[tw::with_timeout("5s", crate = tw)]
pub async fn limited(ctx: &Context, text: &str) -> Result<String, ContextError> {
    echo(ctx, text).await
}

/// Runs for each item.
///
/// # Errors
///
/// When `ctx` ends.
#[tw::worker_pool(workers = 2, crate = tw)]
pub async fn double(ctx: &Context, item: u32) -> Result<u32, ContextError> {
    ctx.checkpoint().await?;
    Ok(2 * item)
}

static TEXT: tw::Lazy<String> = tw::Lazy::new();

/// Makes its value on demand.
///
/// # Errors
///
/// When `ctx` ends.
#[tw::lazy(TEXT, crate = tw)]
#[tw::with_timeout("5s", crate = tw)]
pub async fn text(ctx: &Context) -> Result<std::sync::Arc<String>, ContextError> {
    echo(ctx, "text").await
}

/// Keeps its value in its own static.
#[must_use]
#[tw::lazy(crate = tw)]
pub fn lent_table() -> tw::LazyGuard<Vec<u32>> {
    vec![1, 2]
}

/// Shares a run among concurrent callers.
///
/// # Errors
///
/// When `ctx` ends.
#[tw::single_flight(key = name, crate = tw)]
#[tw::with_timeout("5s", crate = tw)]
pub async fn page(ctx: &Context, name: &str) -> Result<String, ContextError> {
    echo(ctx, name).await
}

/// Makes its value once.
///
/// # Errors
///
/// When `ctx` ends first.
#[tw::cancellable(crate = tw)]
#[tw::with_timeout("5s", crate = tw)]
#[tw::once(crate = tw)]
pub async fn settings(ctx: &Context) -> Result<&'static String, ContextError> {
    ctx.checkpoint().await?;
    Ok(String::from("settings"))
}

/// Makes its value once, without waiting.
#[must_use]
#[tw::once(crate = tw)]
pub fn table() -> &'static Vec<u32> {
    (0..10).collect()
}

/// Has a value for each instance.
#[derive(Debug, Default)]
pub struct Service {
    name: tw::Once<String>,
}

impl Service {
    /// Returns the name.
    #[tw::once(self.name, crate = tw)]
    pub async fn name(&self) -> &String {
        String::from("service")
    }
}

/// Runs until the process is asked to stop.
///
/// # Errors
///
/// None.
#[tw::main(flavor = "current_thread", grace = "5s", crate = tw)]
pub async fn run(ctx: Context) -> Result<bool, ContextError> {
    ctx.checkpoint().await?;
    Ok(ctx.has_ended())
}

#[cfg(test)]
mod program {
    #[tw::main(crate = tw)]
    pub(super) async fn main(ctx: &tw::Context) -> Result<(), tw::ContextError> {
        ctx.checkpoint().await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::stream::{self, StreamExt};

    use super::*;

    #[test]
    fn a_renamed_main_works() {
        assert!(!run().unwrap());
        let _code = program::main();
    }

    #[tokio::test]
    async fn a_renamed_taskward_works() {
        let ctx = Context::background();
        assert_eq!(limited(&ctx, "x").await.unwrap(), "x");
        assert_eq!(page(&ctx, "x").await.unwrap(), "x");
        tidy(&ctx).await.unwrap();
        assert_eq!((text(&ctx).await.unwrap().as_str(), lent_table().len()), ("text", 2));
        assert!(TEXT.invalidate().is_some());
        assert_eq!(double_all(&ctx, vec![1, 2]).await.unwrap(), [2, 4]);
    }

    #[tw::test(crate = tw, start_paused = true)]
    async fn a_renamed_test_works(ctx: Context) -> Result<(), ContextError> {
        let inner = ctx.clone();
        tokio::spawn(async move { drop(inner.cancelled().await) });
        let task = tokio::spawn(async { 7 });
        assert_eq!(task.await.unwrap(), 7);
        ctx.checkpoint().await
    }

    struct Longest<'a>(Cell<&'a str>);

    impl<'a> Longest<'a> {
        /// The result captures every lifetime, regardless of the edition's rules for `impl Trait`.
        #[tw::worker_pool(stream, local, workers = 2, crate = tw)]
        async fn look_at(&self, ctx: &Context, word: &'a str, least: &usize) -> Option<usize> {
            ctx.checkpoint().await.ok()?;
            if word.len() > self.0.get().len().max(*least) {
                self.0.set(word);
            }
            Some(word.len())
        }
    }

    #[tw::worker_pool(stream, workers = 2, crate = tw)]
    async fn add_one(ctx: &Context, n: u32) -> Option<u32> {
        ctx.checkpoint().await.ok()?;
        Some(n + 1)
    }

    #[tokio::test]
    async fn streams_know_no_edition() {
        let (ctx, longest) = (Context::background(), Longest(Cell::new("")));
        let lengths = longest.look_at_all(&ctx, stream::iter(vec!["one", "three"]), &1).collect::<Vec<_>>().await;
        assert_eq!((lengths, longest.0.get()), (vec![Some(3), Some(5)], "three"));
        let numbers = add_one_all(&Context::background(), stream::iter(vec![1, 2])).collect::<Vec<_>>();
        assert_eq!(tokio::spawn(numbers).await.unwrap(), [Some(2), Some(3)]);
    }

    /// Uses the re-export of another crate.
    #[tw::cancellable(crate = taskward_tests::passed_on, allow(no_await))]
    async fn passed_on(_ctx: &Context) -> Option<u32> {
        Some(1)
    }

    #[tokio::test]
    async fn a_re_exported_taskward_works() {
        assert_eq!(passed_on(&Context::background()).await, Some(1));
    }

    #[tw::cancel_test(crate = tw)]
    async fn cancellations_know_no_name(ctx: &Context) -> Result<(), ContextError> {
        let checked = cancellable(ctx.checkpoint()).await;
        checked.unwrap_or(Ok(()))
    }

    #[tw::race_test(crate = tw, delays = 1)]
    async fn schedules_know_no_edition(ctx: &Context) -> Result<(), ContextError> {
        let other = tokio::spawn(async { tokio::task::yield_now().await });
        ctx.checkpoint().await?;
        other.await.unwrap();
        Ok(())
    }
}
