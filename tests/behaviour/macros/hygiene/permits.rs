//! A permit is held until the body ends.

use std::sync::Arc;

use taskward::{Context, cancellable, with_timeout};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Result;

struct Pair {
    first: OwnedSemaphorePermit,
    n: usize,
}

fn log(line: &str) {
    assert!(!line.is_empty());
}

async fn free(ctx: &Context, semaphore: &Semaphore) -> Result<usize> {
    ctx.checkpoint().await?;
    Ok(semaphore.available_permits())
}

#[cancellable]
async fn in_a_literal(ctx: &Context, semaphore: &Semaphore, _permit: OwnedSemaphorePermit) -> Result<usize> {
    log("acquired the db_permit");
    free(ctx, semaphore).await
}

#[with_timeout("5s")]
async fn in_a_literal_in_time(ctx: &Context, semaphore: &Semaphore, _permit: OwnedSemaphorePermit) -> Result<usize> {
    log("acquired the db_permit");
    free(ctx, semaphore).await
}

#[cancellable]
async fn a_field(ctx: &Context, semaphore: &Semaphore, _pair: (OwnedSemaphorePermit, usize)) -> Result<usize> {
    assert_eq!(_pair.1, 7);
    free(ctx, semaphore).await
}

#[with_timeout("5s")]
async fn a_field_in_time(ctx: &Context, semaphore: &Semaphore, pair: (OwnedSemaphorePermit, usize)) -> Result<usize> {
    assert_eq!(pair.1, 7);
    free(ctx, semaphore).await
}

#[cancellable]
async fn a_pattern(ctx: &Context, semaphore: &Semaphore, Pair { n, .. }: Pair) -> Result<usize> {
    assert_eq!(n, 7);
    free(ctx, semaphore).await
}

#[with_timeout("5s")]
async fn a_pattern_in_time(ctx: &Context, semaphore: &Semaphore, Pair { n, .. }: Pair) -> Result<usize> {
    assert_eq!(n, 7);
    free(ctx, semaphore).await
}

#[cancellable]
async fn taken_apart_in_part(ctx: &Context, semaphore: &Semaphore, pair: Pair) -> Result<usize> {
    let Pair { n, .. } = pair;
    assert_eq!(n, 7);
    free(ctx, semaphore).await
}

#[cancellable]
async fn thrown_away(ctx: &Context, semaphore: &Semaphore, _permit: OwnedSemaphorePermit) -> Result<usize> {
    let _ = _permit;
    free(ctx, semaphore).await
}

#[cancellable]
async fn a_closure_parameter(ctx: &Context, semaphore: &Semaphore, _permit: OwnedSemaphorePermit) -> Result<usize> {
    let twice = |_permit: usize| _permit * 2;
    assert_eq!(twice(1), 2);
    free(ctx, semaphore).await
}

#[with_timeout("5s")]
async fn an_inner_function(ctx: &Context, semaphore: &Semaphore, _permit: OwnedSemaphorePermit) -> Result<usize> {
    fn _permit() -> usize {
        1
    }
    assert_eq!(_permit(), 1);
    free(ctx, semaphore).await
}

#[cancellable]
#[with_timeout("5s")]
async fn not_named(ctx: &Context, semaphore: &Semaphore, _: OwnedSemaphorePermit) -> Result<usize> {
    free(ctx, semaphore).await
}

#[with_timeout("5s")]
async fn no_context(semaphore: Arc<Semaphore>, _permit: OwnedSemaphorePermit) -> Result<usize> {
    tokio::task::yield_now().await;
    log("acquired the db_permit");
    Ok(semaphore.available_permits())
}

#[tokio::test]
async fn a_permit_is_held_until_the_body_ends_wherever_its_name_occurs() {
    let (ctx, semaphore) = (Context::background(), Arc::new(Semaphore::new(1)));
    macro_rules! held {
        ($($name:ident $make:expr;)*) => { $(
            let permit = semaphore.clone().try_acquire_owned().unwrap();
            assert_eq!($name(&ctx, &semaphore, $make(permit)).await.unwrap(), 0, stringify!($name));
            assert_eq!(semaphore.available_permits(), 1, stringify!($name));
        )* };
    }
    let pair = |first| Pair { first, n: 7 };
    held! {
        in_a_literal |permit| permit;
        in_a_literal_in_time |permit| permit;
        a_field |permit| (permit, 7);
        a_field_in_time |permit| (permit, 7);
        a_pattern pair;
        a_pattern_in_time pair;
        taken_apart_in_part pair;
        thrown_away |permit| permit;
        a_closure_parameter |permit| permit;
        an_inner_function |permit| permit;
        not_named |permit| permit;
    }
    drop(pair(semaphore.clone().try_acquire_owned().unwrap()).first);
    let permit = semaphore.clone().try_acquire_owned().unwrap();
    assert_eq!(no_context(semaphore.clone(), permit).await.unwrap(), 0);
    assert_eq!(semaphore.available_permits(), 1);
}
