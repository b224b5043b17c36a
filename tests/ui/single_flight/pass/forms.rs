#![deny(warnings)]
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::Arc;
use std::time::Duration;

use taskward::{cancellable, single_flight, with_timeout, Context, ContextError, SingleFlight};

static RUNS: AtomicU64 = AtomicU64::new(0);

#[derive(Clone, Debug)]
struct User { id: u64, name: String }

#[derive(Clone, Debug)]
enum AppError { Interrupted(#[allow(dead_code)] ContextError) }
impl From<ContextError> for AppError { fn from(e: ContextError) -> Self { Self::Interrupted(e) } }

async fn work() { RUNS.fetch_add(1, SeqCst); tokio::time::sleep(Duration::from_millis(50)).await; }

#[single_flight(key = id)]
async fn user(ctx: &Context, id: u64) -> Result<User, AppError> {
    ctx.check()?;
    work().await;
    Ok(User { id, name: format!("user {id}") })
}

#[single_flight(key = id, allow(blocking_call))]
pub async fn allowed(id: u64) -> Option<String> {
    work().await;
    std::fs::read_to_string(id.to_string()).ok()
}

#[single_flight(key = name)]
async fn by_name(name: &str) -> Option<String> { work().await; Some(name.to_uppercase()) }

#[single_flight(key = (tenant, id))]
async fn two(ctx: Context, tenant: &str, id: u64) -> Result<String, ContextError> { ctx.checkpoint().await?; work().await; Ok(format!("{tenant}/{id}")) }

#[single_flight(key = user.id)]
async fn field(user: User) -> String { work().await; user.name }

#[single_flight(key = user.id, shared(user))]
async fn by_ref(user: &User) -> String { work().await; user.name.clone() }

#[single_flight(key = path.to_path_buf())]
async fn file(path: &Path) -> usize { work().await; path.as_os_str().len() }

#[single_flight(key = ())]
async fn refresh() -> u8 { work().await; 1 }

#[cancellable]
#[single_flight(key = id)]
async fn outer_cancel(ctx: &Context, id: u64) -> Result<u64, ContextError> { ctx.checkpoint().await?; work().await; Ok(id) }

#[single_flight(key = id)]
#[cancellable]
async fn inner_cancel(ctx: &Context, id: u64) -> Result<u64, ContextError> { ctx.checkpoint().await?; work().await; Ok(id) }

#[with_timeout("20ms")]
#[single_flight(key = id)]
async fn timed(id: u64) -> Result<u64, ContextError> { work().await; Ok(id) }

#[single_flight(key = id)]
#[with_timeout("20ms")]
#[cancellable]
async fn timed2(ctx: &Context, id: u64) -> Result<u64, ContextError> { ctx.checkpoint().await?; work().await; Ok(id) }

#[single_flight(key = id)]
async fn generic<T: Send + Clone + Sync + From<u8> + 'static>(id: u64) -> Vec<T> { let _ = id; work().await; vec![T::from(1)] }

#[single_flight(key = id)]
async fn mutable(mut id: u64) -> u64 { work().await; id += 1; id }

struct Service { flights: SingleFlight<u64, Result<String, ContextError>>, names: HashMap<u64, String> }

impl Service {
    #[single_flight(self.flights, key = id)]
    async fn load(self: &Arc<Self>, ctx: &Context, id: u64) -> Result<String, ContextError> {
        ctx.checkpoint().await?;
        work().await;
        Ok(self.names[&id].clone())
    }
    #[single_flight(self.flights, key = id)]
    async fn load_owned(self: Arc<Self>, ctx: &Context, id: u64) -> Result<String, ContextError> {
        ctx.checkpoint().await?;
        work().await;
        Ok(format!("{}", self.names[&id]))
    }
}

#[derive(Clone)]
struct Handle(Arc<SingleFlight<u64, u64>>);
impl Handle {
    #[single_flight(self.0, key = id)]
    async fn get(&self, id: u64) -> u64 { work().await; let _ = self.0.len(); id }
}

#[async_trait::async_trait]
trait Repo { async fn find(&self, ctx: &Context, name: &str) -> Result<String, ContextError>; }
#[async_trait::async_trait]
impl Repo for Handle {
    #[single_flight(key = name, shared(self))]
    async fn find(&self, ctx: &Context, name: &str) -> Result<String, ContextError> { ctx.checkpoint().await?; let _ = self.0.len(); Ok(name.to_owned()) }
}

fn runs() -> u64 { RUNS.swap(0, SeqCst) }

#[tokio::main]
async fn main() {
    let ctx = Context::background();
    let (a, b) = tokio::join!(user(&ctx, 1), user(&ctx, 1));
    println!("{} {} runs {}", a.unwrap().id, b.unwrap().name, runs());
    println!("{:?} runs {}", tokio::join!(by_name("a"), by_name("a"), by_name("b")), runs());
    println!("{:?} runs {}", tokio::join!(two(ctx.clone(), "a", 1), two(ctx.clone(), "a", 1), two(ctx.clone(), "b", 1)), runs());
    let u = User { id: 1, name: "n".into() };
    println!("{:?} runs {}", tokio::join!(field(u.clone()), field(u.clone())), runs());
    println!("{:?} runs {}", tokio::join!(by_ref(&u), by_ref(&u)), runs());
    println!("{:?} runs {}", tokio::join!(file(Path::new("x")), file(Path::new("x"))), runs());
    println!("{:?} runs {}", tokio::join!(refresh(), refresh()), runs());
    let short = ctx.with_timeout(Duration::from_millis(10));
    println!("{:?} runs {}", tokio::join!(outer_cancel(&short, 1), outer_cancel(&ctx, 1)), runs());
    println!("{:?} runs {}", tokio::join!(inner_cancel(&short, 1), inner_cancel(&ctx, 1)), runs());
    println!("{:?} runs {}", tokio::join!(timed(1), timed(1)), runs());
    println!("{:?} runs {}", tokio::join!(timed2(&ctx, 1), timed2(&ctx, 1)), runs());
    println!("{:?} runs {}", tokio::join!(generic::<u16>(1), generic::<u16>(1), generic::<u32>(1)), runs());
    println!("{:?} runs {}", tokio::join!(mutable(1), mutable(1)), runs());
    let s = Arc::new(Service { flights: SingleFlight::new(), names: HashMap::from([(1, "one".to_owned())]) });
    println!("{:?} runs {}", tokio::join!(s.load(&ctx, 1), s.load(&ctx, 1), s.clone().load_owned(&ctx, 1)), runs());
    let h = Handle(Arc::default());
    println!("{:?} runs {}", tokio::join!(h.get(1), h.get(1), h.find(&ctx, "a")), runs());
    println!("{}", tokio::spawn(async move { h.get(2).await }).await.unwrap());
}
