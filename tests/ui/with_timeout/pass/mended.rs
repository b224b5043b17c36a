//! The fixtures of `fail` with the helps followed.

use std::time::Duration;

use taskward::{Context, ContextError, cancellable, retry, with_timeout};

mod limits {
    use taskward::with_timeout;

    #[with_timeout("1m 30s")]
    pub async fn unknown_unit() -> Option<()> {
        Some(())
    }

    #[with_timeout("1ns")]
    pub async fn zero() -> Option<()> {
        Some(())
    }

    #[with_timeout("5s")]
    pub async fn number() -> Option<()> {
        Some(())
    }

    #[with_timeout("5ms")]
    pub async fn number_in_quotes() -> Option<()> {
        Some(())
    }

    #[with_timeout("5m 3s")]
    pub async fn second_number_without_unit() -> Option<()> {
        Some(())
    }

    #[with_timeout("1.5s")]
    pub async fn fraction() -> Option<()> {
        Some(())
    }

    #[with_timeout("250ms")]
    pub async fn empty() -> Option<()> {
        Some(())
    }
}

const SECONDS: u64 = 5;

#[with_timeout(Duration::from_secs(SECONDS))]
async fn not_a_duration() -> Option<()> {
    Some(())
}

#[with_timeout("5s", allow(no_await))]
async fn misspelt() -> Option<()> {
    Some(())
}

#[with_timeout("5s")]
#[cancellable(grace = "2s")]
async fn of_another_attribute(ctx: &Context) -> Option<()> {
    ctx.checkpoint().await.ok()
}

#[with_timeout("5s")]
async fn plain(n: u8) -> Option<u8> {
    Some(n)
}

#[derive(Clone)]
struct Name(String);

#[with_timeout("5s")]
async fn name(ctx: &Context) -> Result<Name, ContextError> {
    ctx.checkpoint().await?;
    Ok(ctx.value::<Name>().cloned().expect("a name"))
}

#[with_timeout("5s")]
async fn short_name(ctx: &Context) -> Option<String> {
    ctx.checkpoint().await.ok()?;
    ctx.value::<Name>().map(|name| name.0.clone())
}

#[retry(attempts = 3)]
async fn retried(ctx: &Context) -> Result<Name, String> {
    ctx.value::<Name>().cloned().ok_or_else(String::new)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ctx = &Context::background().with_value(Name(String::new()));
    limits::unknown_unit().await.unwrap();
    let _ = limits::zero().await;
    limits::number().await.unwrap();
    let _ = limits::number_in_quotes().await;
    limits::second_number_without_unit().await.unwrap();
    limits::fraction().await.unwrap();
    limits::empty().await.unwrap();
    not_a_duration().await.unwrap();
    misspelt().await.unwrap();
    of_another_attribute(ctx).await.unwrap();
    plain(1).await.unwrap();
    assert_eq!(name(ctx).await.unwrap().0, short_name(ctx).await.unwrap());
    retried(ctx).await.unwrap();
}
