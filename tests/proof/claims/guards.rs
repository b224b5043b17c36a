//! `#[once]`, `#[lazy]` and `#[single_flight]`, alone and under an interrupting attribute.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use taskward::{
    Context, ContextError, Lazy, Once, SingleFlight, cancel_test, cancellable as interruptible, lazy, once,
    single_flight, with_timeout,
};
use tokio::task::yield_now;

use super::Alive;

#[derive(Default)]
struct Service {
    config: Once<u32, ContextError>,
    connection: Lazy<u32>,
    flights: SingleFlight<u8, Result<u32, ContextError>>,
    begun: AtomicU32,
    alive: Alive,
}

impl Service {
    /// The common body, with two suspensions.
    async fn make(&self, ctx: &Context) -> Result<u32, ContextError> {
        let _alive = self.alive.clone();
        assert_eq!(self.alive.count(), 1, "two at a time");
        let number = self.begun.fetch_add(1, SeqCst);
        ctx.checkpoint().await?;
        yield_now().await;
        Ok(number)
    }

    #[once(self.config)]
    async fn config(&self, ctx: &Context) -> Result<&u32, ContextError> {
        self.make(ctx).await
    }

    #[interruptible]
    #[once(self.config)]
    #[with_timeout("5s")]
    async fn config_in_time(&self, ctx: &Context) -> Result<&u32, ContextError> {
        self.make(ctx).await
    }

    #[lazy(self.connection)]
    async fn connection(&self, ctx: &Context) -> Result<Arc<u32>, ContextError> {
        self.make(ctx).await
    }

    #[with_timeout("5s")]
    #[lazy(self.connection)]
    #[interruptible]
    async fn connection_in_time(&self, ctx: &Context) -> Result<Arc<u32>, ContextError> {
        self.make(ctx).await
    }

    #[single_flight(self.flights, key = id)]
    async fn load(self: &Arc<Self>, ctx: &Context, id: u8) -> Result<u32, ContextError> {
        assert_eq!(id, 7);
        let made = self.make(ctx).await;
        // The run is a task: waits until others have had a chance to join.
        for _ in 0..10 {
            yield_now().await;
        }
        made
    }

    #[with_timeout("5s")]
    #[single_flight(self.flights, key = id)]
    #[interruptible]
    async fn load_in_time(self: &Arc<Self>, ctx: &Context, id: u8) -> Result<u32, ContextError> {
        assert_eq!(id, 7);
        let made = self.make(ctx).await;
        // The run is a task: waits until others have had a chance to join.
        for _ in 0..10 {
            yield_now().await;
        }
        made
    }
}

/// One call is cancelled, before or after another call begins, which must not be affected.
macro_rules! leaves_the_others_alone {
    ($($name:ident: |$service:ident, $ctx:ident| $call:expr, $others:expr;)*) => {$(
        mod $name {
            use super::*;

            async fn call($service: Arc<Service>, $ctx: Context) -> Result<u32, ContextError> {
                $call
            }

            async fn other($service: Arc<Service>, $ctx: Context) -> Result<u32, ContextError> {
                $others
            }

            #[cancel_test]
            async fn a_dropped_initializer_hands_over(ctx: Context) {
                let service = Arc::new(Service::default());
                let waiter = tokio::spawn({
                    let (service, ctx) = (service.clone(), ctx.clone());
                    async move {
                        yield_now().await;
                        other(service, ctx).await
                    }
                });
                let got = cancellable(call(service.clone(), ctx.clone())).await;
                let made = waiter.await.unwrap().unwrap();
                assert!(got.is_none_or(|got| got.unwrap() == made));
                assert_eq!(service.alive.count(), 0);
                assert!(service.begun.load(SeqCst) <= 2 && service.flights.is_empty());
            }

            #[cancel_test]
            async fn a_dropped_waiter_does_not_affect_the_other_caller(ctx: Context) {
                let service = Arc::new(Service::default());
                let first = tokio::spawn(other(service.clone(), ctx.clone()));
                yield_now().await;
                let got = cancellable(call(service.clone(), ctx.clone())).await;
                assert_eq!(first.await.unwrap().unwrap(), 0);
                assert!(got.is_none_or(|got| got.unwrap() == 0));
                assert_eq!((service.begun.load(SeqCst), service.alive.count(), service.flights.len()), (1, 0, 0));
            }

            /// Its context ends at a point that is independent of the other call.
            #[cancel_test]
            async fn a_value_made_after_a_cancellation_is_complete(ctx: Context) {
                let service = Arc::new(Service::default());
                _ = cancellable(call(service.clone(), ctx.clone())).await;
                assert_eq!((service.alive.count(), service.flights.len()), (0, 0), "nothing is left of it");
                let made = other(service.clone(), ctx.clone()).await.unwrap();
                assert_eq!(made, service.begun.load(SeqCst) - 1);
            }
        }
    )*};
}

leaves_the_others_alone! {
    once_alone: |service, ctx| service.config(&ctx).await.copied(), service.config(&ctx).await.copied();
    once_in_time: |service, ctx| service.config_in_time(&ctx).await.copied(), service.config(&ctx).await.copied();
    lazy_alone: |service, ctx| service.connection(&ctx).await.map(|made| *made), service.connection_in_time(&ctx).await.map(|made| *made);
    lazy_in_time: |service, ctx| service.connection_in_time(&ctx).await.map(|made| *made), service.connection(&ctx).await.map(|made| *made);
    flight_alone: |service, ctx| service.load(&ctx, 7).await, service.load(&ctx, 7).await;
    flight_in_time: |service, ctx| service.load_in_time(&ctx, 7).await, service.load(&ctx, 7).await;
}
