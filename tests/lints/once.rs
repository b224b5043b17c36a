//! `#[once]`.

use taskward::{Context, ContextError, Once, cancellable, once, with_timeout};

use super::Result;

#[once]
async fn once_static() -> Result<&'static String> {
    tokio::task::yield_now().await;
    Ok(String::from("once"))
}

/// Clippy does not find the written type too complex; the same has to hold for the generated
/// types.
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

#[tokio::test]
async fn all_of_it_works_too() -> Result<()> {
    let ctx = Context::background();
    assert_eq!(once_almost_too_complex().await.map(|made| made()), Ok(4));
    assert_eq!((once_static().await?.len(), once_plain().len()), (4, 1));
    assert_eq!((once_stacked(&ctx).await?, once_unused_context(ctx.clone()).await?), (&1, &1));
    assert_eq!(Keeper::default().text().await?, "7");
    Ok(())
}
