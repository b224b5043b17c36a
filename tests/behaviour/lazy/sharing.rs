//! A failed attempt that is shared with the callers that waited for it.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use futures::future::join_all;
use taskward::{Context, ContextError, Lazy, lazy, with_timeout};
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("refused by attempt {0}")]
    Refused(usize),
    #[error("interrupted")]
    Interrupted,
}

impl From<ContextError> for Error {
    fn from(_: ContextError) -> Self {
        Self::Interrupted
    }
}

#[derive(Default)]
struct Client {
    connection: Lazy<usize>,
    attempts: AtomicUsize,
    /// The server is up from this attempt on.
    comes_up_at: usize,
}

impl Client {
    async fn connect(&self) -> Result<usize, Error> {
        let attempt = self.attempts.fetch_add(1, SeqCst) + 1;
        sleep(SECOND).await;
        if attempt < self.comes_up_at { Err(Error::Refused(attempt)) } else { Ok(attempt) }
    }

    #[lazy(self.connection, on_error = share)]
    async fn connection(&self) -> Result<Arc<usize>, Error> {
        self.connect().await
    }

    #[lazy(self.connection, on_error = share)]
    #[with_timeout("500ms")]
    async fn hasty(&self, _ctx: &Context) -> Result<Arc<usize>, Error> {
        self.connect().await
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_callers_of_a_server_that_is_down_know_after_one_attempt() {
    let client = Client { comes_up_at: 100, ..Client::default() };
    let begin = Instant::now();
    let results = join_all((0..20).map(|_| client.connection())).await;
    assert!(results.iter().all(|result| *result == Err(Error::Refused(1))), "{results:?}");
    assert_eq!((client.attempts.load(SeqCst), begin.elapsed()), (1, SECOND));
    assert_eq!(client.connection().await, Err(Error::Refused(2)), "a later caller tries again");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_comes_after_the_failure_tries_although_others_have_not_taken_theirs() {
    let client = Client { comes_up_at: 2, ..Client::default() };
    let mut waiting = Box::pin(client.connection());
    let first = async {
        let mut first = Box::pin(client.connection());
        assert!(futures::poll!(first.as_mut()).is_pending());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        first.await
    };
    assert_eq!(first.await, Err(Error::Refused(1)));
    // The first waiter gets the failure when it is polled; the late caller waits until then.
    let (late, waited) = tokio::join!(client.connection(), waiting);
    assert_eq!((late.map(|value| *value), waited), (Ok(2), Err(Error::Refused(1))));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_interrupted_is_not_shared() {
    let client = Client { comes_up_at: 1, ..Client::default() };
    let ctx = Context::background();
    let (hasty, patient) = tokio::join!(client.hasty(&ctx), client.connection());
    assert_eq!((hasty, patient.map(|value| *value)), (Err(Error::Interrupted), Ok(2)));
    let client = Client { comes_up_at: 1, ..Client::default() };
    let (cancelled, patient) = tokio::join!(timeout(SECOND / 2, client.connection()), client.connection());
    assert!(cancelled.is_err());
    assert_eq!(patient.map(|value| *value), Ok(2));
}

#[tokio::test(start_paused = true)]
async fn without_the_option_each_caller_tries() {
    let (lazy, attempts) = (Lazy::<u8>::new(), AtomicUsize::new(0));
    let connect = || async {
        sleep(SECOND).await;
        Err::<u8, usize>(attempts.fetch_add(1, SeqCst))
    };
    let begin = Instant::now();
    let mut errors: Vec<_> =
        join_all((0..3).map(|_| lazy.get_or_try_init(connect))).await.into_iter().map(Result::unwrap_err).collect();
    errors.sort_unstable();
    assert_eq!((errors, begin.elapsed()), (vec![0, 1, 2], 3 * SECOND));
}

/// The error of another type cannot be shared.
#[tokio::test(start_paused = true)]
async fn callers_with_another_error_type_try_themselves() {
    let lazy = Lazy::<u8>::new();
    let fails = lazy.get_or_try_init_shared(|| async {
        sleep(SECOND).await;
        Err::<u8, &str>("refused")
    });
    let succeeds = lazy.get_or_try_init_shared(|| async { Ok::<u8, u32>(7) });
    let (failed, value) = tokio::join!(fails, succeeds);
    assert_eq!((failed, value.map(|value| *value)), (Err("refused"), Ok(7)));
}

/// The last caller that waited takes the error out of the cell.
#[tokio::test(start_paused = true)]
async fn no_error_is_kept_when_all_have_taken_it() {
    let (lazy, error) = (Lazy::<u8>::new(), Arc::new(()));
    let connect = || async {
        sleep(SECOND).await;
        Err::<u8, _>(error.clone())
    };
    let results = join_all((0..3).map(|_| lazy.get_or_try_init_shared(connect))).await;
    assert_eq!(Arc::strong_count(&error), 4);
    drop(results);
    assert_eq!(Arc::strong_count(&error), 1);
    // Without waiters, no error is stored.
    drop(lazy.get_or_try_init_shared(connect).await);
    assert_eq!(Arc::strong_count(&error), 1);
}

/// No event tells that a thread waits for an attempt. So this goes on until one thread has shared
/// the first attempt, which without sharing none does.
#[test]
fn threads_share_a_failed_attempt() {
    static LAZY: Lazy<u8> = Lazy::new();
    static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);
    static OTHERS: AtomicUsize = AtomicUsize::new(0);

    #[lazy(LAZY, on_error = share)]
    fn value() -> Result<Arc<u8>, Error> {
        let attempt = ATTEMPTS.fetch_add(1, SeqCst) + 1;
        while attempt == 1 && OTHERS.load(SeqCst) < 3 {
            thread::yield_now();
        }
        Err(Error::Refused(attempt))
    }

    let shared = (0..10_000).any(|_| {
        ATTEMPTS.store(0, SeqCst);
        OTHERS.store(0, SeqCst);
        let (results, received) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| results.send(value()).unwrap());
            while ATTEMPTS.load(SeqCst) == 0 {
                thread::yield_now();
            }
            for _ in 0..3 {
                scope.spawn(|| {
                    OTHERS.fetch_add(1, SeqCst);
                    results.send(value()).unwrap();
                });
            }
        });
        drop(results);
        let results: Vec<_> = received.iter().collect();
        let attempts = ATTEMPTS.load(SeqCst);
        let made = (1..=attempts).all(|attempt| results.contains(&Err(Error::Refused(attempt))));
        assert!(results.len() == 4 && made, "each result is that of one of {attempts} attempts: {results:?}");
        attempts < 4
    });
    assert!(shared, "every thread made an attempt of its own");
}
