//! `#[lazy]` on functions, alone and with interrupting attributes.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use futures::future::join_all;
use futures::{FutureExt, poll};
use taskward::{Context, ContextError, Lazy, LazyGuard, cancellable, lazy, with_timeout};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

type Result<T> = std::result::Result<T, ContextError>;

struct Client {
    connection: Lazy<usize>,
    shards: [Lazy<usize>; 2],
    attempts: AtomicUsize,
    /// Each connection attempt takes a permit.
    servers: Semaphore,
}

impl Client {
    fn new() -> Self {
        Self {
            connection: Lazy::new(),
            shards: [Lazy::new(), Lazy::new()],
            attempts: AtomicUsize::new(0),
            servers: Semaphore::new(0),
        }
    }

    async fn connect(&self) -> usize {
        let number = self.attempts.fetch_add(1, SeqCst);
        self.servers.acquire().await.unwrap().forget();
        number
    }

    #[lazy(self.connection)]
    async fn connection(&self) -> io::Result<Arc<usize>> {
        match self.connect().await {
            0 => Err(io::Error::other("no route")),
            number => Ok(number),
        }
    }

    #[lazy(self.shards[n])]
    async fn shard(&self, n: usize) -> Arc<usize> {
        n + 10 * self.connect().await
    }

    #[lazy(self.connection)]
    fn blocking(&self) -> io::Result<LazyGuard<usize>> {
        match self.attempts.fetch_add(1, SeqCst) {
            0 => Err(io::Error::other("no route")),
            number => Ok(number),
        }
    }

    #[lazy(self.connection)]
    async fn itself(&self) -> Arc<usize> {
        let connection = self.connection().await;
        connection.map_or(0, |connection| *connection)
    }
}

#[tokio::test]
async fn an_error_is_for_one_caller_and_a_value_for_all() {
    let client = Client::new();
    client.servers.add_permits(9);
    let results = join_all((0..5).map(|_| client.connection())).await;
    assert_eq!(results[0].as_ref().unwrap_err().to_string(), "no route");
    assert!(results[1..].iter().all(|result| **result.as_ref().unwrap() == 1));
    client.connection.invalidate();
    assert_eq!(*client.connection().await.unwrap(), 2);
}

#[tokio::test]
async fn an_argument_may_say_which_place_is_meant() {
    let client = Client::new();
    client.servers.add_permits(9);
    assert_eq!((*client.shard(1).await, *client.shard(0).await, *client.shard(1).await), (1, 10, 1));
}

#[test]
fn a_plain_function_lends_its_value() {
    let client = Client::new();
    client.blocking().unwrap_err();
    assert_eq!((**client.blocking().unwrap(), **client.blocking().unwrap()), (1, 1));
    assert!(client.connection.invalidate_if(&client.blocking().unwrap()));
    assert_eq!(**client.blocking().unwrap(), 2);
}

#[tokio::test]
async fn a_dial_that_needs_its_own_value_panics_and_does_not_hang() {
    let client = Client::new();
    let panic = std::panic::AssertUnwindSafe(client.itself()).catch_unwind().await.unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.starts_with("recursive initialisation: `itself` (") && text.contains(file!()), "{text}");
    assert!(client.connection.get().is_none());
}

#[tokio::test]
async fn a_static_of_its_own_keeps_what_has_succeeded() {
    static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);

    #[lazy]
    async fn connected() -> std::result::Result<Arc<usize>, usize> {
        match ATTEMPTS.fetch_add(1, SeqCst) {
            number @ 0..2 => Err(number),
            number => Ok(number),
        }
    }

    assert_eq!((connected().await.unwrap_err(), connected().await.unwrap_err()), (0, 1));
    assert_eq!((*connected().await.unwrap(), *connected().await.unwrap()), (2, 2));
}

/// The order of the three attributes does not matter.
impl Client {
    async fn checked_dial(&self, ctx: &Context) -> Result<usize> {
        let number = self.connect().await;
        ctx.check()?;
        Ok(number)
    }

    #[lazy(self.connection)]
    #[cancellable]
    #[with_timeout("5s")]
    async fn lazy_first(&self, ctx: &Context) -> Result<Arc<usize>> {
        self.checked_dial(ctx).await
    }

    #[cancellable]
    #[lazy(self.connection)]
    #[with_timeout("5s")]
    async fn lazy_between(&self, ctx: &Context) -> Result<Arc<usize>> {
        self.checked_dial(ctx).await
    }

    #[cancellable]
    #[with_timeout("5s")]
    #[lazy(self.connection)]
    async fn lazy_last(&self, ctx: &Context) -> Result<Arc<usize>> {
        self.checked_dial(ctx).await
    }

    #[with_timeout("5s")]
    #[lazy(self.connection)]
    #[cancellable]
    async fn limit_first(&self, ctx: &Context) -> Result<Arc<usize>> {
        self.checked_dial(ctx).await
    }

    #[lazy(self.connection)]
    #[with_timeout("5s")]
    async fn lazy_before_limit(&self, ctx: &Context) -> Result<Arc<usize>> {
        self.checked_dial(ctx).await
    }

    #[with_timeout("5s")]
    #[lazy(self.connection)]
    async fn limit_before_lazy(&self, ctx: &Context) -> Result<Arc<usize>> {
        self.checked_dial(ctx).await
    }

    #[with_timeout("5s")]
    #[cancellable]
    #[lazy(self.connection)]
    async fn limit_in_front(&self, ctx: &Context) -> Result<Arc<usize>> {
        self.checked_dial(ctx).await
    }
}

macro_rules! in_each_order {
    ($($name:ident)+) => {
        $(
            mod $name {
                use super::*;

                #[tokio::test(start_paused = true)]
                async fn a_waiters_limit_leaves_the_dial_alone_and_the_diallers_hands_over() {
                    let (client, ctx, began) = (Client::new(), Context::background(), Instant::now());
                    let mut initializer = pin!(client.$name(&ctx));
                    assert!(poll!(initializer.as_mut()).is_pending());
                    sleep(Duration::from_secs(3)).await;
                    // The caller's own limit is shorter than that of the function.
                    let short = ctx.with_timeout(Duration::from_secs(1));
                    let error = client.$name(&short).await.unwrap_err();
                    assert!(error.is_deadline_exceeded());
                    assert_eq!((client.attempts.load(SeqCst), began.elapsed()), (1, Duration::from_secs(4)));
                    let mut next = pin!(client.$name(&ctx));
                    assert!(poll!(next.as_mut()).is_pending());
                    // The limit of the initializing caller passes.
                    let error = initializer.await.unwrap_err();
                    let limit = concat!("deadline exceeded: `", stringify!($name), "` took longer than 5s");
                    assert_eq!((error.to_string(), began.elapsed()), (limit.to_owned(), Duration::from_secs(5)));
                    assert!(poll!(next.as_mut()).is_pending());
                    assert_eq!(client.attempts.load(SeqCst), 2);
                    client.servers.add_permits(1);
                    assert_eq!(*next.await.unwrap(), 1);
                }

                #[tokio::test(start_paused = true)]
                async fn a_cancelled_waiter_leaves_and_a_cancelled_dialler_hands_over() {
                    let client = Client::new();
                    let (first, cancel_first) = Context::background().with_cancel();
                    let (second, cancel_second) = Context::background().with_cancel();
                    let mut initializer = pin!(client.$name(&first));
                    let mut waiter = pin!(client.$name(&second));
                    let third = Context::background();
                    let mut last = pin!(client.$name(&third));
                    assert!(poll!(initializer.as_mut()).is_pending() && poll!(waiter.as_mut()).is_pending());
                    assert!(poll!(last.as_mut()).is_pending());
                    cancel_second.cancel();
                    assert!(waiter.await.unwrap_err().is_cancelled());
                    assert_eq!(client.attempts.load(SeqCst), 1);
                    cancel_first.cancel();
                    assert!(initializer.await.unwrap_err().is_cancelled());
                    client.servers.add_permits(1);
                    assert_eq!(*last.await.unwrap(), 1);
                }

                #[tokio::test]
                async fn a_caller_with_an_ended_context_gets_no_value() {
                    let client = Client::new();
                    client.connection.replace(7);
                    assert_eq!(*client.$name(&Context::background()).await.unwrap(), 7);
                    let (ended, canceller) = Context::background().with_cancel();
                    canceller.cancel();
                    assert!(client.$name(&ended).await.unwrap_err().is_cancelled());
                    assert_eq!(client.attempts.load(SeqCst), 0);
                }
            }
        )+
    };
}

in_each_order! { lazy_first lazy_between lazy_last limit_first lazy_before_limit limit_before_lazy limit_in_front }
