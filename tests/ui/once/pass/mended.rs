//! The fixtures of `fail` with the helps followed.

use std::fmt::Debug;

use taskward::{Context, ContextError, Once, cancellable, once, single_flight};

struct Config;

type Result<T, E = String> = std::result::Result<T, E>;

struct Service {
    field: Once<Config, String>,
    path: String,
    text: Once<String>,
}

impl Service {
    #[once(self.field)]
    async fn config(&self) -> Result<&Config, String> {
        let _ = self.path.len();
        Ok(Config)
    }

    #[once(self.text)]
    fn text(&self) -> &String {
        String::from("text")
    }
}

#[tracing::instrument]
#[once]
fn plain() -> &'static u8 {
    1
}

#[single_flight(key = n)]
async fn of_argument(n: usize) -> usize {
    n
}

fn of<T: Default>() -> T {
    T::default()
}

#[once]
fn generic() -> &'static u8 {
    of::<u8>()
}

#[once]
fn table() -> &'static Config {
    Config
}

#[once]
async fn config() -> Result<&'static Config, String> {
    Ok(Config)
}

#[once]
async fn qualified() -> std::result::Result<&'static Vec<(u8, &'static str)>, String> {
    Ok(vec![])
}

#[once]
fn mutable() -> &'static std::sync::Mutex<Config> {
    std::sync::Mutex::new(Config)
}

#[once]
fn text() -> &'static String {
    String::from("text")
}

#[once]
async fn bytes() -> Result<&'static Vec<u8>, String> {
    Ok(vec![1])
}

#[once]
fn object() -> &'static Box<dyn Debug + Send + Sync> {
    Box::new(1)
}

#[once]
fn constant() -> &'static u8 {
    1
}

// Two attributes, as `#[once]` or `#[taskward::once]`.
#[cancellable(ambient)]
#[taskward::once]
async fn under_another_name() -> Result<&'static u8, ContextError> {
    tokio::task::yield_now().await;
    Ok(1)
}

#[cancellable]
#[once]
async fn reads(ctx: &Context) -> Result<&'static String, ContextError> {
    ctx.checkpoint().await?;
    Ok(tokio::task::spawn_blocking(|| std::fs::read_to_string("name").unwrap_or_default()).await.unwrap_or_default())
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let service = Service { field: Once::new(), path: String::new(), text: Once::new() };
        service.config().await.unwrap();
        assert_eq!(service.text(), text());
        assert_eq!(of_argument(1).await, 1);
        let _ = (generic(), table(), mutable().lock(), object(), constant());
        let _ = (config().await, qualified().await, bytes().await);
        under_another_name().await.unwrap();
        reads(&Context::background()).await.unwrap();
    });
}
