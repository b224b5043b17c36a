//! `#[once]`, `#[lazy]` and `#[single_flight]` under an interrupting attribute: the end of a
//! context
//! concerns only its caller.

use std::sync::Arc;

use taskward::{
    Context, ContextError, Lazy, Once, SingleFlight, cancellable, lazy, once, race_test, single_flight, with_timeout,
};
use tokio::task::yield_now;

use super::Census;

#[derive(Default)]
struct Service {
    config: Once<usize, ContextError>,
    connection: Lazy<usize>,
    flights: SingleFlight<u8, Result<usize, ContextError>>,
    census: Census,
}

impl Service {
    async fn make(&self, ctx: &Context) -> Result<usize, ContextError> {
        let _alive = self.census.enter();
        assert_eq!(self.census.alive(), 1, "two at a time");
        ctx.checkpoint().await?;
        Ok(self.census.ever())
    }

    #[cancellable]
    #[once(self.config)]
    async fn config(&self, ctx: &Context) -> Result<&usize, ContextError> {
        self.make(ctx).await
    }

    #[with_timeout("5s")]
    #[lazy(self.connection)]
    #[cancellable]
    async fn connection(&self, ctx: &Context) -> Result<Arc<usize>, ContextError> {
        self.make(ctx).await
    }

    #[single_flight(self.flights, key = id)]
    #[cancellable]
    async fn load(self: &Arc<Self>, ctx: &Context, id: u8) -> Result<usize, ContextError> {
        assert_eq!(id, 7);
        self.make(ctx).await
    }
}

/// Three calls; the context of the first one ends while they run.
async fn one_is_cancelled<F>(ctx: Context, call: impl Fn(Arc<Service>, Context) -> F)
where
    F: Future<Output = Result<usize, ContextError>> + Send + 'static,
{
    let service = Arc::new(Service::default());
    let (own, canceller) = ctx.with_cancel();
    let first = tokio::spawn(call(service.clone(), own));
    let second = tokio::spawn(call(service.clone(), ctx.clone()));
    let third = tokio::spawn(call(service.clone(), ctx));
    yield_now().await;
    canceller.cancel();
    let first = first.await.unwrap();
    let (second, third) = (second.await.unwrap(), third.await.unwrap());
    assert!(first.is_ok_and(|made| made <= 2) || service.census.ever() <= 2);
    assert!(second.is_ok() && third.is_ok(), "the others notice: {second:?}, {third:?}");
    assert_eq!((service.census.alive(), service.flights.len()), (0, 0));
}

#[race_test(delays = 2)]
async fn a_context_that_ends_under_once_is_its_callers_own(ctx: Context) {
    one_is_cancelled(ctx, |service, ctx| async move { service.config(&ctx).await.copied() }).await;
}

#[race_test(delays = 2)]
async fn a_context_that_ends_under_lazy_is_its_callers_own(ctx: Context) {
    one_is_cancelled(ctx, |service, ctx| async move { service.connection(&ctx).await.map(|made| *made) }).await;
}

#[race_test(delays = 2)]
async fn a_context_that_ends_under_a_flight_is_its_callers_own(ctx: Context) {
    one_is_cancelled(ctx, |service, ctx| async move { service.load(&ctx, 7).await }).await;
}
