//! Inner items and unnamed types under `#[worker_pool]`.

use taskward::Context;

use super::Result;

/// `Self` of an inner item is not the function's, and an item may have an unnamed type.
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
