//! `#[single_flight]`, alone and with interrupting attributes.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use taskward::{Context, ContextError, SingleFlight, cancellable, single_flight, with_timeout};
use tokio::join;
use tokio::time::sleep;

use super::Runs;

const SECOND: Duration = Duration::from_secs(1);

type Answer = Result<u32, ContextError>;

#[single_flight(key = id, shared(runs))]
async fn alone(ctx: &Context, id: u32, runs: &Runs) -> Answer {
    sleep(3 * SECOND).await;
    ctx.check()?;
    Ok(id + runs.begin())
}

#[cancellable]
#[single_flight(key = id, shared(runs))]
async fn cancellable_outside(ctx: &Context, id: u32, runs: &Runs) -> Answer {
    sleep(3 * SECOND).await;
    ctx.check()?;
    Ok(id + runs.begin())
}

#[single_flight(key = id, shared(runs))]
#[cancellable]
async fn cancellable_inside(ctx: &Context, id: u32, runs: &Runs) -> Answer {
    sleep(3 * SECOND).await;
    ctx.check()?;
    Ok(id + runs.begin())
}

#[with_timeout("1m")]
#[single_flight(key = id, shared(runs))]
#[cancellable]
async fn in_between(ctx: &Context, id: u32, runs: &Runs) -> Answer {
    sleep(3 * SECOND).await;
    ctx.check()?;
    Ok(id + runs.begin())
}

macro_rules! one_meaning {
    ($($call:ident),*) => {$(
        let (runs, ctx) = (Runs::default(), Context::background());
        let (cancelled, canceller) = ctx.with_cancel();
        let short = ctx.with_timeout(SECOND);
        let cancel = async {
            sleep(2 * SECOND).await;
            canceller.cancel_with("gone");
        };
        let late = async {
            sleep(2 * SECOND).await;
            $call(&ctx, 1, &runs).await
        };
        let (first, second, third, late, ()) =
            join!($call(&short, 1, &runs), $call(&cancelled, 1, &runs), $call(&ctx, 1, &runs), late, cancel);
        assert!(first.unwrap_err().is_deadline_exceeded(), stringify!($call));
        assert_eq!(second.unwrap_err().to_string(), "cancelled: gone", stringify!($call));
        assert_eq!((third.unwrap(), late.unwrap(), runs.count()), (2, 2, 1), stringify!($call));
    )*};
}

#[tokio::test(start_paused = true)]
async fn each_caller_is_raced_against_its_own_context_in_any_order_of_the_attributes() {
    one_meaning!(alone, cancellable_outside, cancellable_inside, in_between);
}

#[with_timeout("1s")]
#[single_flight(key = id, shared(runs))]
async fn limited(id: u32, runs: &Runs) -> Answer {
    assert_eq!(Context::current().remaining(), Some(SECOND));
    runs.begin();
    pending::<()>().await;
    Ok(id)
}

#[single_flight(key = id, shared(runs))]
#[with_timeout("1s")]
async fn limited_with_context(ctx: &Context, id: u32, runs: &Runs) -> Answer {
    assert_eq!(ctx.remaining(), Some(SECOND));
    runs.begin();
    pending::<()>().await;
    Ok(id)
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_that_of_each_caller_and_names_the_function() {
    let (ctx, runs) = (Context::background(), Runs::default());
    let later = async {
        sleep(SECOND / 2).await;
        limited_with_context(&ctx, 1, &runs).await
    };
    let (first, later) = join!(limited_with_context(&ctx, 1, &runs), later);
    assert_eq!(first.unwrap_err().to_string(), "deadline exceeded: `limited_with_context` took longer than 1s");
    assert_eq!(later.unwrap_err().to_string(), "deadline exceeded: `limited_with_context` took longer than 1s");
    assert_eq!(runs.count(), 1);
    let (first, second) = join!(limited(1, &runs), limited(1, &runs));
    assert_eq!(first.unwrap_err().to_string(), "deadline exceeded: `limited` took longer than 1s");
    assert!(second.is_err());
    assert_eq!(runs.count(), 2);
}

#[single_flight(key = (tenant, id), shared(runs))]
async fn borrowed(tenant: &str, id: u32, runs: &Runs) -> String {
    sleep(SECOND).await;
    format!("{tenant}/{id}/{}", runs.begin())
}

#[tokio::test(start_paused = true)]
async fn keys_of_several_parameters_may_be_borrowed() {
    let runs = Runs::default();
    let tenant = String::from("a");
    let (one, same, other) = join!(borrowed(&tenant, 1, &runs), borrowed("a", 1, &runs), borrowed("b", 1, &runs));
    assert_eq!((one.as_str(), same.as_str(), other.as_str()), ("a/1/1", "a/1/1", "b/1/2"));
}

#[single_flight(key = id)]
async fn of_a_kind<T: Default + Clone + Send + Sync + 'static>(id: u32) -> (u32, T) {
    sleep(SECOND).await;
    (id, T::default())
}

#[tokio::test(start_paused = true)]
async fn a_generic_function_has_a_table_for_each_of_its_kinds() {
    let (number, text, again) = join!(of_a_kind::<u8>(1), of_a_kind::<String>(1), of_a_kind::<u8>(1));
    assert_eq!((number, text, again), ((1, 0), (1, String::new()), (1, 0)));
}

struct Service {
    name: &'static str,
    runs: Runs,
    flights: SingleFlight<u32, Answer>,
    texts: SingleFlight<u32, String>,
}

impl Service {
    fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, runs: Runs::default(), flights: SingleFlight::new(), texts: SingleFlight::new() })
    }

    #[cancellable]
    #[single_flight(self.flights, key = id)]
    async fn load(self: &Arc<Self>, ctx: &Context, id: u32) -> Answer {
        ctx.checkpoint().await?;
        Ok(id + self.runs.begin())
    }

    #[single_flight(self.texts, key = id)]
    async fn text(self: Arc<Self>, id: u32) -> String {
        fn inner(name: &str) -> String {
            struct Inner(String);
            impl Inner {
                fn text(self) -> String {
                    self.0
                }
            }
            Inner(name.to_owned()).text()
        }
        self.runs.begin();
        sleep(SECOND).await;
        inner(self.name) + &id.to_string()
    }
}

#[tokio::test(start_paused = true)]
async fn each_object_has_its_own_runs() {
    let (ctx, one, other) = (Context::background(), Service::new("one"), Service::new("other"));
    let (a, b, c) = join!(one.load(&ctx, 1), one.load(&ctx, 1), other.load(&ctx, 1));
    assert_eq!((a.unwrap(), b.unwrap(), c.unwrap()), (2, 2, 2));
    let (a, b, c) = join!(one.clone().text(1), one.clone().text(1), other.clone().text(1));
    assert_eq!((a.as_str(), b.as_str(), c.as_str()), ("one1", "one1", "other1"));
    assert_eq!((one.runs.count(), other.runs.count()), (2, 2));
    assert!(one.flights.is_empty() && one.texts.is_empty());
}

type Ctx<'a> = &'a Context;
type Owned = Context;

#[single_flight(key = id, shared(runs))]
async fn by_alias(ctx: Ctx<'_>, id: u32, runs: &Runs) -> Answer {
    sleep(3 * SECOND).await;
    ctx.check()?;
    Ok(id + runs.begin())
}

#[single_flight(key = id, shared(runs))]
async fn by_owned_alias(ctx: Owned, id: u32, runs: &Runs) -> Answer {
    sleep(3 * SECOND).await;
    ctx.check()?;
    Ok(id + runs.begin())
}

/// The type of the first parameter decides whether it is a context.
#[tokio::test(start_paused = true)]
async fn a_context_by_another_name_is_one() {
    let (runs, ctx) = (Runs::default(), Context::background());
    let short = ctx.with_timeout(SECOND);
    let (first, second) = join!(by_alias(&short, 1, &runs), by_alias(&ctx, 1, &runs));
    assert!(first.unwrap_err().is_deadline_exceeded());
    let (third, last) = join!(by_owned_alias(short, 1, &runs), by_owned_alias(ctx, 1, &runs));
    assert!(third.unwrap_err().is_deadline_exceeded(), "it has passed");
    assert_eq!((second.unwrap(), last.unwrap(), runs.count()), (2, 3, 2));
}

#[single_flight(key = depth)]
async fn recursive(depth: u32) -> u32 {
    if depth > 100 { boxed(depth).await } else { depth }
}

fn boxed(depth: u32) -> futures::future::BoxFuture<'static, u32> {
    Box::pin(recursive(depth))
}

#[tokio::test(start_paused = true)]
async fn recursion_is_told_with_the_name_of_the_function_and_its_place() {
    use futures::FutureExt;
    let payload = std::panic::AssertUnwindSafe(recursive(101)).catch_unwind().await.unwrap_err();
    let said = payload.downcast_ref::<String>().unwrap();
    assert!(said.starts_with("recursive single flight: `recursive` ("), "{said}");
    assert!(said.contains("macros.rs:"), "{said}");
    assert!(said.ends_with("calls itself with the same key, and would wait for itself"), "{said}");
}
