use std::time::Duration;

use taskward::{Context, ContextError, Once, once};
use tokio::time::sleep;

use super::{Runs, work};

static RUNS: Runs = Runs::new();

#[derive(Clone, Debug, PartialEq)]
enum Error {
    Interrupted,
    Broken,
}

impl From<ContextError> for Error {
    fn from(_: ContextError) -> Self {
        Self::Interrupted
    }
}

#[derive(Default)]
struct Service {
    value: Once<u8, Error>,
}

impl Service {
    /// Not `#[cancellable]`: the body passes its context on.
    #[once(self.value)]
    async fn value(&self, ctx: &Context) -> Result<&u8, Error> {
        let _running = RUNS.begin();
        ctx.run(work()).await?;
        Ok(1)
    }

    #[once(self.value)]
    fn plain(&self, ctx: &Context) -> Result<&u8, Error> {
        ctx.check()?;
        Ok(1)
    }

    #[once(self.value)]
    async fn limited_within(&self, ctx: &Context) -> Result<&u8, Error> {
        let limited = ctx.with_timeout(Duration::from_millis(10));
        limited.run(work()).await?;
        Ok(1)
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_callers_own_ended_context_is_the_callers_alone() {
    let service = Service::default();
    let (ctx, canceller) = Context::background().with_cancel();
    let live = Context::background();
    let (first, second, ()) = tokio::join!(service.value(&ctx), service.value(&live), async {
        sleep(Duration::from_millis(500)).await;
        canceller.cancel();
    });
    assert_eq!((first, second), (Err(Error::Interrupted), Ok(&1)));
}

#[test]
fn of_a_plain_function_too() {
    let service = Service::default();
    let (ctx, canceller) = Context::background().with_cancel();
    canceller.cancel();
    assert_eq!(service.plain(&ctx), Err(Error::Interrupted));
    assert_eq!(service.value.error(), None);
    assert_eq!(service.plain(&Context::background()), Ok(&1));
}

/// A limit that the body sets itself is part of its result, for every caller.
#[tokio::test(start_paused = true)]
async fn an_error_of_a_limit_within_the_body_is_kept() {
    let service = Service::default();
    assert_eq!(service.limited_within(&Context::background()).await, Err(Error::Interrupted));
    assert_eq!(service.value.error(), Some(&Error::Interrupted));
}

/// Without a context parameter, the context is that of the annotated call around it.
#[tokio::test(start_paused = true)]
async fn the_context_of_a_call_without_a_parameter_is_the_current_one() {
    let once = Once::<u8, Error>::new();
    let (ctx, canceller) = Context::background().with_cancel();
    // In the same poll, so that the race around it has not seen the end.
    let call = ctx.run(once.get_or_try_init(|| async {
        canceller.cancel();
        Err(Error::from(Context::current().check().unwrap_err()))
    }));
    assert_eq!(call.await.unwrap_or(Err(Error::Interrupted)), Err(Error::Interrupted));
    assert_eq!(once.error(), None);
    assert_eq!(once.get_or_try_init(|| async { Err(Error::Broken) }).await, Err(Error::Broken));
    assert_eq!(once.error(), Some(&Error::Broken));
}
