//! `grace` together with the other attributes.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use taskward::{Context, ContextError, cancellable, with_timeout};
use tokio::time::{Instant, sleep};

type Result<T> = std::result::Result<T, ContextError>;
type Ctx = Context;

const SECOND: Duration = Duration::from_secs(1);

/// Ends with `ctx` and the current context, then takes three seconds, more than any grace here.
async fn clean_up(ctx: &Context, name: &'static str, log: &Log) -> Result<()> {
    assert!(ctx.run(pending::<()>()).await.is_err());
    assert!(Context::current().has_ended(), "{name}");
    log.push(name, "ended");
    sleep(SECOND).await;
    log.push(name, "cleaning");
    sleep(2 * SECOND).await;
    log.push(name, "never");
    Ok(())
}

#[derive(Default)]
struct Log(std::sync::Mutex<Vec<(&'static str, &'static str)>>);

impl Log {
    fn push(&self, name: &'static str, what: &'static str) {
        self.0.lock().unwrap().push((name, what));
    }

    fn take(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().drain(..).map(|(_, what)| what).collect()
    }
}

#[cancellable(grace = "2s")]
#[with_timeout("5s")]
async fn grace_first(ctx: &Context, log: &Log) -> Result<()> {
    clean_up(ctx, "grace_first", log).await
}

#[with_timeout("5s")]
#[cancellable(grace = "2s")]
async fn limit_first(ctx: &Context, log: &Log) -> Result<()> {
    clean_up(ctx, "limit_first", log).await
}

#[cancellable(grace = "2s")]
#[with_timeout("5s")]
async fn by_value(ctx: Context, log: &Log) -> Result<()> {
    clean_up(&ctx, "by_value", log).await
}

#[with_timeout("5s")]
#[cancellable(grace = Duration::from_secs(2))]
async fn limit_first_by_value(ctx: Context, log: &Log) -> Result<()> {
    clean_up(&ctx, "limit_first_by_value", log).await
}

#[cancellable(grace = "2s")]
#[with_timeout(limit)]
async fn alias(ctx: &Ctx, limit: Duration, log: &Log) -> Result<()> {
    clean_up(ctx, "alias", log).await
}

#[with_timeout(limit)]
#[cancellable(grace = limit.mul_f64(0.4))]
async fn limit_first_alias(ctx: &Ctx, limit: Duration, log: &Log) -> Result<()> {
    clean_up(ctx, "limit_first_alias", log).await
}

#[cancellable(ambient, grace = "2s")]
#[with_timeout("5s")]
async fn ambient(log: &Log) -> Result<()> {
    clean_up(&Context::current(), "ambient", log).await
}

#[with_timeout("5s")]
#[cancellable(ambient, grace = "2s")]
async fn limit_first_ambient(log: &Log) -> Result<()> {
    clean_up(&Context::current(), "limit_first_ambient", log).await
}

struct Session {
    ctx: Context,
    grace: Duration,
}

impl Session {
    #[cancellable(ctx = self.ctx, grace = self.grace)]
    #[with_timeout("5s")]
    async fn given(&self, log: &Log) -> Result<()> {
        clean_up(&Context::current(), "given", log).await
    }

    #[with_timeout("5s")]
    #[cancellable(ctx = self.ctx, grace = self.grace)]
    async fn limit_first_given(&self, log: &Log) -> Result<()> {
        clean_up(&Context::current(), "limit_first_given", log).await
    }

    #[cancellable(grace = self.grace)]
    async fn alone(self: Arc<Self>, ctx: &Context, log: &Log) -> Result<()> {
        clean_up(ctx, "alone", log).await
    }
}

#[async_trait::async_trait]
trait Service {
    async fn grace_first(&self, ctx: &Context, log: &Log) -> Result<()>;
    async fn limit_first(&self, ctx: &Context, log: &Log) -> Result<()>;
    async fn alone(&self, ctx: &Context, log: &Log) -> Result<()>;
}

#[async_trait::async_trait]
impl Service for Session {
    #[cancellable(grace = self.grace)]
    #[with_timeout("5s")]
    async fn grace_first(&self, ctx: &Context, log: &Log) -> Result<()> {
        clean_up(ctx, "boxed grace_first", log).await
    }

    #[with_timeout("5s")]
    #[cancellable(grace = self.grace)]
    async fn limit_first(&self, ctx: &Context, log: &Log) -> Result<()> {
        clean_up(ctx, "boxed limit_first", log).await
    }

    #[cancellable(grace = "2s")]
    async fn alone(&self, ctx: &Context, log: &Log) -> Result<()> {
        clean_up(ctx, "boxed alone", log).await
    }
}

/// Runs the call; its context or its limit ends after five seconds.
async fn ends_after_five_seconds<F: Future<Output = Result<()>>>(name: &str, log: &Log, call: F) -> ContextError {
    let start = Instant::now();
    let error = call.await.unwrap_err();
    assert_eq!(start.elapsed(), 7 * SECOND, "{name}");
    assert_eq!(log.take(), ["ended", "cleaning"], "{name}");
    error
}

#[crate::watched::test(start_paused = true)]
async fn the_grace_counts_from_the_end_of_the_limit_in_either_order() {
    let log = &Log::default();
    let ctx = &Context::background();
    let session = &Session { ctx: ctx.clone(), grace: 2 * SECOND };
    macro_rules! each {
        ($($call:expr),* $(,)?) => {
            $(
                let error = ends_after_five_seconds(stringify!($call), log, $call).await;
                assert!(error.is_deadline_exceeded() && error.to_string().ends_with("took longer than 5s"), "{error}");
            )*
        };
    }
    each!(
        grace_first(ctx, log),
        limit_first(ctx, log),
        by_value(ctx.clone(), log),
        limit_first_by_value(ctx.clone(), log),
        alias(ctx, 5 * SECOND, log),
        limit_first_alias(ctx, 5 * SECOND, log),
        ambient(log),
        limit_first_ambient(log),
        session.given(log),
        session.limit_first_given(log),
        Service::grace_first(session, ctx, log),
        Service::limit_first(session, ctx, log),
    );
}

#[crate::watched::test(start_paused = true)]
async fn and_from_the_end_of_the_context_if_that_is_earlier() {
    let log = &Log::default();
    let late = || {
        let (ctx, canceller) = Context::background().with_timeout(9 * SECOND).with_cancel();
        tokio::spawn(async move {
            // Shortly before the limits of five seconds.
            sleep(Duration::from_millis(4_999)).await;
            canceller.cancel_with("earlier");
        });
        ctx
    };
    macro_rules! each {
        ($($ctx:ident => $call:expr),* $(,)?) => {
            $(
                let $ctx = late();
                let start = Instant::now();
                let error = $call.await.unwrap_err();
                assert_eq!(error.to_string(), "cancelled: earlier", "{}", stringify!($call));
                assert_eq!(start.elapsed(), Duration::from_millis(6_999), "{}", stringify!($call));
                assert_eq!(log.take(), ["ended", "cleaning"], "{}", stringify!($call));
            )*
        };
    }
    let session = |ctx: &Context| Session { ctx: ctx.clone(), grace: 2 * SECOND };
    each!(
        ctx => grace_first(&ctx, log),
        ctx => limit_first(&ctx, log),
        ctx => by_value(ctx.clone(), log),
        ctx => limit_first_by_value(ctx.clone(), log),
        ctx => alias(&ctx, 5 * SECOND, log),
        ctx => limit_first_alias(&ctx, 5 * SECOND, log),
        ctx => async { ctx.run(ambient(log)).await? },
        ctx => async { ctx.run(limit_first_ambient(log)).await? },
        ctx => session(&ctx).given(log),
        ctx => session(&ctx).limit_first_given(log),
        ctx => Arc::new(session(&ctx)).alone(&ctx, log),
        ctx => Service::grace_first(&session(&ctx), &ctx, log),
        ctx => Service::limit_first(&session(&ctx), &ctx, log),
        ctx => Service::alone(&session(&ctx), &ctx, log),
    );
}

#[cancellable(grace = "2s")]
async fn optional(ctx: &Context) -> Option<u8> {
    ctx.run(pending::<()>()).await.is_err().then_some(7)
}

#[cancellable(grace = "2s")]
async fn nothing(ctx: &Context) {
    assert!(ctx.run(pending::<()>()).await.is_err());
    sleep(9 * SECOND).await;
}

#[crate::watched::test(start_paused = true)]
async fn every_result_that_can_say_it_can_have_a_grace() {
    let ctx = Context::background().with_timeout(SECOND);
    assert_eq!(optional(&ctx).await, Some(7));
    assert_eq!(optional(&ctx).await, None);
    let start = Instant::now();
    nothing(&Context::background().with_timeout(SECOND)).await;
    assert_eq!(start.elapsed(), 3 * SECOND);
}
