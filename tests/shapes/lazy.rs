//! `#[lazy]` on every shape that can share a value.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use taskward::{Context, Lazy, LazyGuard, cancellable, lazy, with_timeout};

use super::Result;

struct Pool<'a, T> {
    name: &'a str,
    value: Lazy<T>,
    shards: Vec<Lazy<T>>,
    make: fn(&str) -> T,
}

impl<T: Send + Sync + 'static> Pool<'_, T> {
    #[lazy(self.value)]
    async fn generic(&self, ctx: &Context) -> Result<Arc<T>>
    where
        T: Send,
    {
        ctx.checkpoint().await?;
        Ok((self.make)(self.name))
    }

    #[lazy(self.shards[index % self.shards.len()])]
    async fn shard(&self, index: usize) -> LazyGuard<T> {
        tokio::task::yield_now().await;
        (self.make)(&index.to_string())
    }

    #[lazy(self.value)]
    async fn in_an_arc(self: &Arc<Self>) -> Arc<T> {
        tokio::task::yield_now().await;
        (self.make)(self.name)
    }

    #[lazy(self.value)]
    fn pinned(self: Pin<&Self>) -> std::result::Result<Arc<T>, ()> {
        Ok((self.make)(self.name))
    }

    /// The cell may be the result of a method.
    #[lazy(self.first())]
    async fn through_a_method(&self, _: Context) -> Result<Arc<T>> {
        Ok((self.make)(self.name))
    }

    fn first(&self) -> &Lazy<T> {
        &self.shards[0]
    }
}

#[lazy(pool.value)]
async fn free<T: Send + Sync>(pool: &Pool<'_, T>) -> Arc<T> {
    tokio::task::yield_now().await;
    (pool.make)(pool.name)
}

#[async_trait]
trait Boxed {
    async fn value(&self, ctx: &Context) -> Result<Arc<String>>;

    fn cell(&self) -> &Lazy<String>;

    #[lazy(self.cell())]
    async fn provided(&self, ctx: &Context) -> Result<Arc<String>>
    where
        Self: Sync,
    {
        ctx.checkpoint().await?;
        Ok("provided".to_owned())
    }
}

#[async_trait]
impl Boxed for Pool<'_, String> {
    #[lazy(self.value)]
    #[with_timeout("5s")]
    async fn value(&self, ctx: &Context) -> Result<Arc<String>> {
        ctx.checkpoint().await?;
        Ok((self.make)(self.name))
    }

    fn cell(&self) -> &Lazy<String> {
        &self.shards[0]
    }
}

trait Plain {
    async fn value_of(&self) -> Arc<String>;
}

impl Plain for Pool<'_, String> {
    #[lazy(self.value)]
    async fn value_of(&self) -> Arc<String> {
        tokio::task::yield_now().await;
        self.name.to_owned()
    }
}

macro_rules! lazy_static_of {
    ($vis:vis $name:ident: $ty:ty = $value:expr) => {
        #[lazy]
        $vis async fn $name() -> Arc<$ty> {
            tokio::task::yield_now().await;
            $value
        }
    };
}

lazy_static_of!(pub(crate) made_by_a_macro: Vec<u8> = vec![1, 2]);

#[lazy]
#[cancellable]
#[with_timeout("5s")]
async fn raw(r#ref: &Context) -> Result<Arc<u8>> {
    r#ref.checkpoint().await?;
    Ok(1)
}

fn pool() -> Pool<'static, String> {
    Pool { name: "one", value: Lazy::new(), shards: vec![Lazy::new(), Lazy::new()], make: str::to_owned }
}

#[tokio::test]
async fn each_shape_shares_its_value() {
    let (ctx, pool) = (Context::background(), Arc::new(pool()));
    let first = pool.generic(&ctx).await.unwrap();
    let same = [
        pool.in_an_arc().await,
        Pin::new(&*pool).pinned().unwrap(),
        free(&pool).await,
        pool.value(&ctx).await.unwrap(),
        pool.value_of().await,
    ];
    assert!(same.iter().all(|value| Arc::ptr_eq(value, &first)));
    assert_eq!(
        (pool.shard(2).await.as_str(), pool.shard(4).await.as_str(), pool.shard(3).await.as_str()),
        ("2", "2", "3")
    );
    assert_eq!(*pool.through_a_method(ctx.clone()).await.unwrap(), "2");
    assert_eq!(*pool.provided(&ctx).await.unwrap(), "2");
    assert_eq!((made_by_a_macro().await.len(), *raw(&ctx).await.unwrap()), (2, 1));
}
