//! `#[single_flight]` on every shape whose calls can share a run.

use std::fmt::Display;
use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;

use taskward::{Context, SingleFlight, cancellable, single_flight, with_timeout};
use tokio::join;

use super::Result;

struct Holder<T> {
    by_id: SingleFlight<u64, Result<T>>,
    nested: (SingleFlight<String, T>,),
    value: T,
}

impl<T: Default> Default for Holder<T> {
    fn default() -> Self {
        Self { by_id: SingleFlight::new(), nested: (SingleFlight::new(),), value: T::default() }
    }
}

/// Generics in the header of the `impl`; the fields' types follow.
impl<T> Holder<T>
where
    T: Clone + Send + Sync + 'static,
{
    #[single_flight(self.by_id, key = id)]
    async fn through_an_arc(self: &Arc<Self>, id: u64) -> Result<T> {
        tokio::task::yield_now().await;
        let Self { value, .. } = &**self;
        assert_ne!(id, 0);
        Ok(value.clone())
    }

    #[single_flight(self.by_id, key = id)]
    async fn with_a_context(self: Arc<Self>, ctx: &Context, id: u64) -> Result<T> {
        ctx.checkpoint().await?;
        assert_ne!(id, 0);
        Ok(self.value.clone())
    }

    #[single_flight(self.nested.0, key = name)]
    async fn by_name(self: Arc<Self>, name: &str) -> T {
        tokio::task::yield_now().await;
        assert!(!name.is_empty());
        self.value.clone()
    }

    fn table(&self) -> &SingleFlight<u64, Result<T>> {
        &self.by_id
    }

    #[single_flight(self.table(), key = (id))]
    async fn in_a_table_that_is_looked_up(self: Arc<Self>, id: u64) -> Result<T> {
        tokio::task::yield_now().await;
        assert_eq!(id, 1);
        Ok(self.value.clone())
    }
}

#[tokio::test]
async fn methods_of_a_generic_impl() {
    let (holder, ctx) = (Arc::new(Holder::<u8>::default()), Context::background());
    let (one, other) = join!(holder.through_an_arc(1), holder.clone().with_a_context(&ctx, 1));
    assert_eq!((one.unwrap(), other.unwrap()), (0, 0));
    assert_eq!(join!(holder.clone().by_name("a"), holder.clone().by_name("b")), (0, 0));
    assert_eq!(holder.in_a_table_that_is_looked_up(1).await.unwrap(), 0);
}

#[derive(Clone)]
struct File(Arc<SingleFlight<usize, usize>>);

trait Store: Clone + Send + Sync + 'static {
    /// A provided body: each type has its own table.
    #[single_flight(key = name, shared(self))]
    async fn length(&self, name: &str) -> usize {
        let store = self.clone();
        store.read(name.len()).await
    }

    fn read(&self, length: usize) -> impl Future<Output = usize> + Send;

    #[single_flight(key = ())]
    async fn without_parameters() -> u8 {
        tokio::task::yield_now().await;
        1
    }
}

impl Store for File {
    #[single_flight(self.0, key = length)]
    async fn read(&self, length: usize) -> usize {
        tokio::task::yield_now().await;
        length + self.0.len()
    }
}

#[tokio::test]
async fn methods_of_traits() {
    let file = File(Arc::default());
    assert_eq!(join!(file.length("abc"), file.length("abc")), (4, 4));
    assert_eq!(join!(File::without_parameters(), File::without_parameters()), (1, 1));
}

#[async_trait::async_trait]
trait Boxed {
    async fn find(&self, ctx: &Context, name: &str) -> Result<String>;
}

#[async_trait::async_trait]
impl Boxed for File {
    #[cancellable]
    #[single_flight(key = name, shared(self))]
    async fn find(&self, ctx: &Context, name: &str) -> Result<String> {
        ctx.checkpoint().await?;
        Ok(format!("{name} {}", self.0.len()))
    }
}

#[tokio::test]
async fn a_boxed_method() {
    let (file, ctx) = (File(Arc::default()), Context::background());
    let (one, other) = join!(file.find(&ctx, "a"), file.find(&ctx, "a"));
    assert_eq!((one.unwrap(), other.unwrap()), ("a 0".to_owned(), "a 0".to_owned()));
}

#[single_flight(key = (key.clone(), N))]
async fn generic<K, const N: usize>(key: K) -> [String; N]
where
    K: Display + Hash + Eq + Clone + Send + Sync + 'static,
{
    tokio::task::yield_now().await;
    std::array::from_fn(|_| key.to_string())
}

#[single_flight(key = sum(numbers))]
async fn of_a_slice(mut numbers: &[u64]) -> u64 {
    let all = sum(numbers);
    numbers = &numbers[1..];
    tokio::task::yield_now().await;
    all - sum(numbers)
}

fn sum(numbers: &[u64]) -> u64 {
    numbers.iter().sum()
}

#[with_timeout("5s")]
#[single_flight(key = id)]
#[cancellable(ambient)]
pub(crate) async fn stacked_without_a_context(id: &'static str) -> Result<usize> {
    tokio::task::yield_now().await;
    Ok(id.len())
}

macro_rules! by_number {
    ($name:ident($id:ident: $ty:ty) -> $result:ty $body:block) => {
        #[single_flight(key = $id)]
        async fn $name($id: $ty) -> $result $body
    };
}

by_number!(made_by_a_macro(id: u32) -> Option<u32> {
    tokio::task::yield_now().await;
    id.checked_add(1)
});

#[tokio::test]
async fn functions() {
    assert_eq!(join!(generic::<_, 1>(1), generic::<_, 2>("a")).1, ["a", "a"]);
    assert_eq!(join!(of_a_slice(&[1, 2]), of_a_slice(&[3])), (1, 1));
    assert_eq!(stacked_without_a_context("abc").await.unwrap(), 3);
    assert_eq!(made_by_a_macro(1).await, Some(2));
}

#[tokio::test]
async fn a_function_in_a_function() {
    #[single_flight(key = id)]
    async fn inner(id: u8) -> u8 {
        tokio::task::yield_now().await;
        id
    }
    let task = tokio::spawn(inner(1));
    assert_eq!((inner(1).await, task.await.unwrap()), (1, 1));
}
