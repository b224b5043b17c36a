//! Modules in which the usual names have another meaning, or none.

use futures::TryStreamExt;
use futures::stream::iter;

/// Without a prelude, names that are not imported do not exist.
#[no_implicit_prelude]
mod without_prelude {
    use ::core::result::Result;
    use ::core::result::Result::Ok;
    use ::std::vec::Vec;
    use ::taskward::{Context, ContextError, cancellable, with_timeout, worker_pool};

    #[cancellable]
    pub(super) async fn plain(ctx: &Context, n: u8) -> Result<u8, ContextError> {
        ctx.checkpoint().await?;
        Ok(n)
    }

    #[cancellable(ambient)]
    #[with_timeout("5s")]
    pub(super) async fn both(n: u8) -> Result<u8, ContextError> {
        plain(&Context::current(), n).await
    }

    #[with_timeout("5s")]
    pub(super) async fn limited(ctx: &Context, n: u8) -> Result<u8, ContextError> {
        plain(ctx, n).await
    }

    #[worker_pool(workers = 2)]
    pub(super) async fn pool(ctx: &Context, item: u8, by: u8) -> Result<u8, ContextError> {
        Ok(plain(ctx, item).await? * by)
    }

    #[worker_pool(workers = 2, local, order = completion, progress = told)]
    pub(super) async fn local(ctx: &Context, item: &u8, told: fn(::taskward::Progress)) -> Result<u8, ContextError> {
        plain(ctx, *item).await
    }

    #[worker_pool(workers = 2, stream, queue = 3)]
    pub(super) async fn stream(ctx: &Context, item: u8) -> Result<u8, ContextError> {
        plain(ctx, item).await
    }

    #[worker_pool(workers = 2, stream, local, progress = |progress| { let _ = progress; })]
    pub(super) async fn local_stream(ctx: &Context, item: &u8) -> Result<u8, ContextError> {
        plain(ctx, *item).await
    }

    #[worker_pool(workers = 2, on_error = collect)]
    pub(super) fn blocking(ctx: &Context, item: u8) -> Result<Vec<u8>, ContextError> {
        ctx.check()?;
        Ok(::std::vec![item])
    }
}

/// A user's own `Ok`, `Result`, `Some`, `Future`, `core`, and the rest.
mod own_names {
    #![allow(non_snake_case, dead_code, reason = "they are in the way on purpose")]

    use ::taskward::{Context, ContextError, cancellable, with_timeout, worker_pool};

    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod tokio {}

    pub(super) struct Ok;
    pub(super) struct Err;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) struct Vec;
    pub(super) struct Box;
    pub(super) struct String;
    pub(super) struct Arc;
    pub(super) struct Duration;
    pub(super) struct Pin;
    pub(super) trait Future {}
    pub(super) trait IntoFuture {}
    pub(super) trait From {}
    pub(super) trait Into {}
    pub(super) trait IntoIterator {}
    pub(super) trait Send {}
    pub(super) trait Sync {}
    pub(super) trait Clone {}
    pub(super) trait Drop {}
    pub(super) trait FnOnce {}
    pub(super) type Result = u8;
    pub(super) type Option = u8;

    pub(super) fn drop() {}
    pub(super) fn handle() {}
    pub(super) fn race() {}

    macro_rules! in_the_way {
        ($($name:ident)*) => { $(#[allow(unused_macros, reason = "in the way")] macro_rules! $name { () => { compile_error!("a user's own macro") }; })* };
    }
    in_the_way!(vec panic matches format select join pin);

    type Outcome = ::core::result::Result<u8, ContextError>;

    #[cancellable]
    pub(super) async fn plain(ctx: &Context, handle: u8, future: u8, body: u8) -> Outcome {
        ctx.checkpoint().await?;
        Outcome::Ok(handle + future + body)
    }

    #[with_timeout("5s")]
    pub(super) async fn limited(ctx: &Context, limit: u8, clock: u8) -> Outcome {
        plain(ctx, limit, clock, 0).await
    }

    #[cancellable(ambient)]
    #[with_timeout("5s")]
    pub(super) async fn both(ctx: u8) -> Outcome {
        plain(&Context::current(), ctx, 0, 0).await
    }

    #[worker_pool(workers = 2)]
    pub(super) async fn pool(ctx: &Context, item: u8, items: u8, pool: u8) -> Outcome {
        plain(ctx, item, items, pool).await
    }

    #[worker_pool(workers = 2, stream, progress = progress)]
    pub(super) async fn stream<Items>(
        ctx: &Context,
        item: u8,
        items: Items,
        progress: fn(::taskward::Progress),
    ) -> Outcome
    where
        Items: ::core::convert::Into<u8> + ::core::clone::Clone + ::core::marker::Send + 'static,
    {
        plain(ctx, item, items.into(), 0).await
    }

    #[worker_pool(workers = 2)]
    pub(super) fn blocking(ctx: &Context, items: u8) -> Outcome {
        ctx.check()?;
        Outcome::Ok(items)
    }
}

#[tokio::test]
async fn without_a_prelude() {
    use without_prelude::{blocking_all, both, limited, local_all, local_stream_all, plain, pool_all, stream_all};
    let ctx = taskward::Context::background();
    assert_eq!(plain(&ctx, 1).await.unwrap(), 1);
    assert_eq!(both(1).await.unwrap(), 1);
    assert_eq!(limited(&ctx, 1).await.unwrap(), 1);
    assert_eq!(pool_all(&ctx, [1, 2], 3).await.unwrap(), [3, 6]);
    assert_eq!(blocking_all(&ctx, [1]).await[0].as_ref().unwrap(), &[1]);
    assert_eq!(local_all(&ctx, &[1], drop).await.unwrap(), [1]);
    assert_eq!(stream_all(&ctx, iter([1])).try_collect::<Vec<_>>().await.unwrap(), [1]);
    assert_eq!(local_stream_all(&ctx, iter(&[1])).try_collect::<Vec<_>>().await.unwrap(), [1]);
}

#[tokio::test]
async fn among_names_that_mean_something_else() {
    use own_names::{blocking_all, both, limited, plain, pool_all, stream_all};
    let ctx = taskward::Context::background();
    assert_eq!(plain(&ctx, 1, 2, 3).await.unwrap(), 6);
    assert_eq!(limited(&ctx, 1, 2).await.unwrap(), 3);
    assert_eq!(both(1).await.unwrap(), 1);
    assert_eq!(pool_all(&ctx, [1], 2, 3).await.unwrap(), [6]);
    assert_eq!(blocking_all(&ctx, [1]).await.unwrap(), [1]);
    assert_eq!(stream_all(&ctx, iter([1]), 2, drop).try_collect::<Vec<_>>().await.unwrap(), [3]);
}
