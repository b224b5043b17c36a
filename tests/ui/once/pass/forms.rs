#![deny(warnings)]
#![allow(clippy::unused_async)]

use std::sync::Arc;

use taskward::{Context, ContextError, Once, cancellable, once, with_timeout};

pub struct Config(pub u8);

pub type Kept<T> = Result<&'static T, Arc<std::io::Error>>;

pub type Ctx = Context;

/// Documented.
///
/// # Errors
///
/// The error is kept as well.
#[once]
pub async fn config() -> Result<&'static Config, String> {
    tokio::task::yield_now().await;
    Ok(Config("1".parse().map_err(|_| "no number")?))
}

#[once()]
#[must_use]
pub fn table() -> &'static Vec<u8> {
    return vec![1, 2, 3];
}

#[once]
pub async fn alias() -> Kept<Config> {
    let text = std::io::read_to_string(&b"1"[..])?;
    Ok(Config(text.parse().map_err(std::io::Error::other)?))
}

#[once]
pub fn context(ctx: &Context) -> Result<&'static Config, ContextError> {
    ctx.check()?;
    Ok(Config(1))
}

#[once]
pub async fn alias_of_context(_: Ctx) -> Result<&'static Config, ContextError> {
    Ok(Config(1))
}

#[once]
pub async fn unused_context(_ctx: Context) -> Result<&'static Config, ContextError> {
    Ok(Config(1))
}

#[cancellable(ambient)]
#[once]
pub async fn ambient() -> Result<&'static Config, ContextError> {
    tokio::task::yield_now().await;
    Ok(Config(1))
}

#[derive(Default)]
pub struct Service {
    name: String,
    config: Once<Config, ContextError>,
    table: Once<Vec<u8>>,
    inner: (Once<u8, String>,),
}

impl Service {
    #[with_timeout("5s")]
    #[cancellable]
    #[once(self.config)]
    pub async fn config(&self, ctx: &Context) -> Result<&Config, ContextError> {
        ctx.checkpoint().await?;
        Ok(Config(self.table().len() as u8))
    }

    #[once(self.table)]
    pub fn table(&self) -> &Vec<u8> {
        self.name.bytes().collect()
    }

    #[once(self.inner.0)]
    pub async fn nested<'s>(&'s self) -> Result<&'s u8, String> {
        let Some(first) = self.name.bytes().next() else { return Err("empty".to_owned()) };
        Ok(first)
    }

    /// A method of the type.
    #[once]
    pub fn global() -> &'static Service {
        Service { name: "global".to_owned(), ..Service::default() }
    }
}

pub trait Shared {
    #[once]
    fn of_all() -> &'static Vec<u8> {
        vec![1]
    }

    fn each(&self) -> &u8;
}

impl Shared for Once<u8> {
    #[once(self)]
    fn each(&self) -> &u8 {
        7
    }
}

#[once(allow(blocking_call))]
pub async fn allowed() -> Result<&'static String, String> {
    tokio::task::yield_now().await;
    std::fs::read_to_string("name").map_err(|error| error.to_string())
}

macro_rules! singleton {
    ($name:ident: $ty:ty = $body:block) => {
        #[once]
        pub fn $name() -> &'static $ty $body
    };
}

singleton!(made_by_macro: Vec<u8> = { vec![1] });

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let ctx = Context::background();
        assert_eq!((config().await.unwrap().0, table().len(), alias().await.unwrap().0), (1, 3, 1));
        assert!(context(&ctx).is_ok() && alias_of_context(ctx.clone()).await.is_ok());
        assert!(unused_context(ctx.clone()).await.is_ok() && ambient().await.is_ok());
        let service = Service::global();
        assert_eq!((service.config(&ctx).await.unwrap().0, *service.nested().await.unwrap()), (6, b'g'));
        assert_eq!((<Once<u8> as Shared>::of_all(), Once::new().each(), made_by_macro()), (&vec![1], &7, &vec![1]));
    });
}
