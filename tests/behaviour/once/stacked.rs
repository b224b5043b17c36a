use std::time::Duration;

use taskward::{Context, ContextError, Once, cancellable, once, with_timeout};
use tokio::time::sleep;

use super::{Runs, work};

/// Defines the same function with its attributes in each order.
macro_rules! in_each_order {
    ($($test:ident: [$($attribute:meta),*];)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $test() {
            static RUNS: Runs = Runs::new();

            $(#[$attribute])*
            async fn value(ctx: &Context) -> Result<&'static u8, ContextError> {
                let _running = RUNS.begin();
                ctx.run(work()).await?;
                Ok(1)
            }

            let (ctx, canceller) = Context::background().with_cancel();
            let live = Context::background();
            let (first, waiter, patient, ()) = tokio::join!(value(&ctx), value(&ctx), value(&live), async {
                sleep(Duration::from_millis(500)).await;
                canceller.cancel();
            });
            assert!(first.unwrap_err().is_cancelled(), "interrupted while it makes the value");
            assert!(waiter.unwrap_err().is_cancelled(), "interrupted while it waits");
            assert_eq!(*patient.unwrap(), 1);
            assert_eq!(RUNS.count(), 2);
            // The race is outside: a call whose context has ended gets no value, kept or not.
            assert!(value(&ctx).await.is_err());
        }
    )*};
}

in_each_order! {
    once_above_cancellable: [once, cancellable];
    once_below_cancellable: [cancellable, once];
    once_above_both: [once, cancellable, with_timeout("5s")];
    once_between: [cancellable, once, with_timeout("5s")];
    once_below_both: [with_timeout("5s"), cancellable, once];
    once_between_turned: [with_timeout("5s"), once, cancellable];
}

/// A value that is made within the grace is kept.
#[tokio::test(start_paused = true)]
async fn a_value_that_is_made_in_the_grace_is_kept() {
    static RUNS: Runs = Runs::new();

    #[cancellable(grace = "1s")]
    #[once]
    async fn value(ctx: &Context) -> Result<&'static u8, ContextError> {
        let _running = RUNS.begin();
        _ = ctx;
        work().await;
        Ok(1)
    }

    let (ctx, canceller) = Context::background().with_cancel();
    let (first, ()) = tokio::join!(value(&ctx), async {
        sleep(Duration::from_millis(500)).await;
        canceller.cancel();
    });
    assert_eq!(first.unwrap(), &1);
    assert_eq!(value(&Context::background()).await.unwrap(), &1);
    assert_eq!(RUNS.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_of_the_function_is_not_kept() {
    static RUNS: Runs = Runs::new();

    #[with_timeout("500ms")]
    #[once]
    async fn slow_at_first() -> Result<&'static u8, ContextError> {
        let _running = RUNS.begin();
        if RUNS.count() == 1 {
            work().await;
        }
        Ok(1)
    }

    let error = slow_at_first().await.unwrap_err();
    assert_eq!(error.to_string(), "deadline exceeded: `slow_at_first` took longer than 500ms");
    assert_eq!(*slow_at_first().await.unwrap(), 1);
}

#[derive(Default)]
struct Service {
    ctx: Context,
    value: Once<u8, ContextError>,
}

impl Service {
    #[cancellable(ctx = self.ctx)]
    #[once(self.value)]
    async fn given(&self) -> Result<&u8, ContextError> {
        work().await;
        Ok(1)
    }

    #[once(self.value)]
    #[cancellable(ambient)]
    async fn ambient(&self) -> Result<&u8, ContextError> {
        work().await;
        Ok(1)
    }
}

#[tokio::test(start_paused = true)]
async fn a_context_from_elsewhere_interrupts_it_as_well() {
    let (ctx, canceller) = Context::background().with_cancel();
    let service = Service { ctx: ctx.clone(), ..Service::default() };
    let cancel = async {
        sleep(Duration::from_millis(500)).await;
        canceller.cancel();
    };
    let (given, ambient, ()) = tokio::join!(service.given(), ctx.run(service.ambient()), cancel);
    assert!(given.unwrap_err().is_cancelled());
    assert!(ambient.unwrap_or_else(Err).unwrap_err().is_cancelled());
    assert_eq!(service.ambient().await.unwrap(), &1);
}

/// The body is boxed.
#[tokio::test(start_paused = true)]
async fn inside_of_async_trait() {
    #[async_trait::async_trait]
    trait Remote {
        async fn value(&self, ctx: &Context) -> Result<&u8, ContextError>;
        async fn of_all(ctx: &Context) -> Result<&'static u8, ContextError>;
    }

    #[async_trait::async_trait]
    impl Remote for Service {
        #[cancellable]
        #[once(self.value)]
        async fn value(&self, ctx: &Context) -> Result<&u8, ContextError> {
            let ours = &self.ctx;
            ours.check()?;
            ctx.run(work()).await?;
            Ok(1)
        }

        #[once]
        #[cancellable]
        async fn of_all(ctx: &Context) -> Result<&'static u8, ContextError> {
            ctx.run(work()).await?;
            Ok(2)
        }
    }

    let service = Service::default();
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    let live = Context::background();
    assert!(service.value(&ctx).await.is_err() && Service::of_all(&ctx).await.is_err());
    assert_eq!((service.value(&live).await.unwrap(), Service::of_all(&live).await.unwrap()), (&1, &2));
    assert_eq!(service.value.get(), Some(&1));
}
