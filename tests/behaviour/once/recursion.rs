use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use taskward::{Context, ContextError, Once, cancellable, once};
use tokio::task::yield_now;

/// The message of a panic.
fn message(panicked: &(dyn std::any::Any + Send)) -> &str {
    panicked.downcast_ref::<String>().expect("its message")
}

#[test]
fn a_plain_function_that_needs_itself_panics() {
    #[once]
    fn value() -> &'static u8 {
        *value()
    }

    let line = line!() - 4;
    let panicked = std::panic::catch_unwind(value).unwrap_err();
    let here = format!("recursive initialisation: `value` ({}:{line}:8) needs itself", file!());
    assert_eq!(message(&*panicked), here);
}

#[tokio::test]
async fn functions_that_need_each_other_panic() {
    #[once]
    async fn config() -> Result<&'static u8, String> {
        yield_now().await;
        Box::pin(database()).await.copied()
    }

    #[once]
    async fn database() -> Result<&'static u8, String> {
        Box::pin(config()).await.copied()
    }

    let panicked = AssertUnwindSafe(config()).catch_unwind().await.unwrap_err();
    let message = message(&*panicked);
    let [first, rest] = message.split_once(" needs ").map(|(first, rest)| [first, rest]).unwrap();
    assert!(first.starts_with("recursive initialisation: `config` ("), "{message}");
    assert!(rest.starts_with("`database` (") && rest.ends_with("), which needs `config`"), "{message}");
}

/// Each in its own task: neither calls itself, but both would wait forever.
#[tokio::test]
async fn two_tasks_that_need_each_other_do_not_hang() {
    static ONE: Once<u8> = Once::new();
    static OTHER: Once<u8> = Once::new();

    let one = tokio::spawn(async {
        *ONE.get_or_init(|| async {
            yield_now().await;
            *OTHER.get_or_init(|| async { 1 }).await
        })
        .await
    });
    let other = tokio::spawn(async {
        *OTHER
            .get_or_init(|| async {
                yield_now().await;
                *ONE.get_or_init(|| async { 2 }).await
            })
            .await
    });
    let (one, other) = tokio::join!(one, other);
    // One of them panics, which lets the other continue.
    assert_eq!([&one, &other].iter().filter(|result| result.is_err()).count(), 1);
    let panicked = one.or(other).map(drop).err();
    assert!(panicked.is_none(), "the other one has its value");
}

#[tokio::test]
async fn an_initializer_may_use_another_cell_twice() {
    static BASE: Once<u8> = Once::new();
    static TOP: Once<u8> = Once::new();

    async fn base() -> &'static u8 {
        BASE.get_or_init(|| async {
            yield_now().await;
            1
        })
        .await
    }

    let top = TOP.get_or_init(|| async {
        let (one, other) = tokio::join!(base(), base());
        one + other
    });
    assert_eq!(tokio::join!(top, base()), (&2, &1));
}

#[tokio::test]
async fn a_race_around_it_changes_nothing() {
    #[cancellable]
    #[once]
    async fn value(ctx: &Context) -> Result<&'static u8, ContextError> {
        yield_now().await;
        Box::pin(value(ctx)).await.copied()
    }

    let panicked = AssertUnwindSafe(value(&Context::background())).catch_unwind().await.unwrap_err();
    assert!(message(&*panicked).ends_with("needs itself"));
}

/// Each in its own task. One of them has a time limit, so the other continues.
#[tokio::test(start_paused = true)]
async fn a_circle_that_a_time_limit_breaks_is_no_recursion() {
    use std::time::Duration;
    use taskward::with_timeout;
    use tokio::time::sleep;

    static ONE: Once<u8, ContextError> = Once::new();
    static OTHER: Once<u8, ContextError> = Once::new();

    #[with_timeout("1s")]
    async fn limited() -> Result<u8, ContextError> {
        OTHER.get_or_try_init(|| async { Ok(1) }).await.copied()
    }

    let one = tokio::spawn(async {
        ONE.get_or_try_init(|| async {
            sleep(Duration::from_millis(10)).await;
            Ok(limited().await.unwrap_or(7))
        })
        .await
        .copied()
    });
    let other = tokio::spawn(async {
        OTHER
            .get_or_try_init(|| async {
                sleep(Duration::from_millis(20)).await;
                ONE.get_or_try_init(|| async { Ok(2) }).await.copied()
            })
            .await
            .copied()
    });
    let (one, other) = tokio::join!(one, other);
    assert_eq!((one.unwrap().unwrap(), other.unwrap().unwrap()), (7, 7));
}

/// It can never succeed, so it panics at once, not when the limit passes.
#[tokio::test(start_paused = true)]
async fn recursion_within_a_time_limit_panics_at_once() {
    use taskward::with_timeout;

    #[with_timeout("5s")]
    #[once]
    async fn value() -> Result<&'static u8, ContextError> {
        yield_now().await;
        Box::pin(value()).await.copied()
    }

    let begin = tokio::time::Instant::now();
    let panicked = AssertUnwindSafe(value()).catch_unwind().await.unwrap_err();
    assert!(message(&*panicked).ends_with("needs itself"));
    assert!(begin.elapsed().is_zero());
}
