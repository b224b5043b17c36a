//! README's examples, line by line: another test compares the two texts.
#![allow(dead_code, reason = "some examples are only compiled")]

mod before {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::{AcquireError, Semaphore};
    use tokio::task::{JoinError, JoinSet};
    use tokio_util::sync::CancellationToken;

    struct Url;
    struct Page;

    #[derive(Debug, thiserror::Error)]
    enum Error {
        #[error("cancelled")]
        Cancelled,
        #[error("timed out")]
        TimedOut,
        #[error("panicked: {0}")]
        Panicked(JoinError),
        #[error(transparent)]
        Closed(#[from] AcquireError),
        #[error(transparent)]
        Io(#[from] std::io::Error),
    }

    async fn fetch(_: Url) -> Result<Page, std::io::Error> {
        Ok(Page)
    }

    async fn fetch_all(token: CancellationToken, urls: Vec<Url>) -> Result<Vec<Page>, Error> {
        let permits = Arc::new(Semaphore::new(8));
        let mut tasks = JoinSet::new();
        for (index, url) in urls.into_iter().enumerate() {
            let (permits, token) = (permits.clone(), token.clone());
            tasks.spawn(async move {
                let _permit = permits.acquire().await?;
                let page = tokio::select! {
                    biased;
                    () = token.cancelled() => return Err(Error::Cancelled),
                    page = tokio::time::timeout(Duration::from_secs(5), fetch(url)) => page,
                };
                Ok((index, page.map_err(|_| Error::TimedOut)??)) // tasks that `fetch` spawned run on
            });
        }
        let mut pages = Vec::new();
        while let Some(done) = tasks.join_next().await {
            pages.push(done.map_err(Error::Panicked)??); // the other tasks are aborted, not awaited
        }
        pages.sort_by_key(|(index, _)| *index);
        Ok(pages.into_iter().map(|(_, page)| page).collect())
    }
}

mod after {
    use taskward::{Context, ContextError, cancellable, with_timeout, worker_pool};

    #[derive(Clone)]
    struct Url(&'static str);
    struct Page;

    #[derive(Debug, thiserror::Error)]
    enum Error {
        #[error(transparent)]
        Io(#[from] std::io::Error),
        #[error(transparent)]
        Interrupted(#[from] ContextError),
    }

    mod http {
        pub(super) async fn get(_ctx: &super::Context, url: &super::Url) -> std::io::Result<super::Page> {
            if url.0 == "never" {
                std::future::pending::<()>().await;
            }
            Ok(super::Page)
        }
    }

    #[worker_pool(workers = 8)]
    #[with_timeout("5s")]
    async fn fetch(ctx: &Context, url: Url) -> Result<Page, Error> {
        Ok(http::get(ctx, &url).await?)
    }

    #[cancellable]
    async fn crawl(ctx: &Context, urls: Vec<Url>) -> Result<usize, Error> {
        Ok(fetch_all(ctx, urls).await?.len()) // pages in order; the first error stops the rest
    }

    #[tokio::test(start_paused = true)]
    async fn the_crawler_fetches_all_pages_or_says_why_not() {
        let (ctx, _canceller) = Context::background().with_cancel();
        assert_eq!(crawl(&ctx, vec![Url("a"), Url("b")]).await.unwrap(), 2);
        let error = crawl(&ctx, vec![Url("a"), Url("never")]).await.unwrap_err();
        assert_eq!(error.to_string(), "deadline exceeded: `fetch` took longer than 5s");
    }
}

mod attributes {
    use taskward::{Context, ContextError, cancellable, retry, with_timeout, worker_pool};

    #[tokio::test]
    async fn a_cancelled_call_says_why() {
        #[cancellable]
        async fn tick(ctx: &Context) -> Result<(), ContextError> {
            std::future::pending().await
        }

        let (ctx, canceller) = Context::background().with_cancel();
        canceller.cancel_with("shutting down");
        assert_eq!(tick(&ctx).await.unwrap_err().to_string(), "cancelled: shutting down");
    }

    #[derive(Debug, thiserror::Error)]
    enum Error {
        #[error("the exchange is busy")]
        Busy,
        #[error(transparent)]
        Interrupted(#[from] ContextError),
    }

    #[derive(Debug, PartialEq)]
    struct Price(u32);

    mod exchange {
        use super::{Context, Error, Price};

        pub(super) async fn ask(ctx: &Context, symbol: &str) -> Result<Price, Error> {
            ctx.checkpoint().await?;
            if symbol == "closed" {
                std::future::pending::<()>().await;
            }
            if ctx.attempt() < 3 { Err(Error::Busy) } else { Ok(Price(7)) }
        }
    }

    #[with_timeout("30s")] // for all attempts
    #[retry(attempts = 5, backoff = "100ms..5s")]
    #[with_timeout("2s")] // for each attempt
    async fn quote(ctx: &Context, symbol: &str) -> Result<Price, Error> {
        exchange::ask(ctx, symbol).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_exchange_is_asked_again() {
        assert_eq!(quote(&Context::background(), "TSKW").await.unwrap(), Price(7));
        assert!(matches!(quote(&Context::background(), "closed").await, Err(Error::Interrupted(_))));
    }

    async fn squares(ctx: Context) -> Result<(), ContextError> {
        #[worker_pool(workers = 4)]
        fn square(ctx: &Context, n: u64) -> Result<u64, ContextError> {
            ctx.check()?;
            Ok(n * n)
        }

        assert_eq!(square_all(&ctx, 1..=4).await?, [1, 4, 9, 16]);
        Ok(())
    }

    #[tokio::test]
    async fn a_pool_keeps_the_order_of_its_items() {
        squares(Context::background()).await.unwrap();
    }
}

mod shared_state {
    use std::sync::Arc;

    use taskward::{Context, ContextError, Lazy, cancellable, lazy, once, single_flight, with_timeout};

    #[derive(Clone, Debug, thiserror::Error)]
    #[error(transparent)]
    struct Error(#[from] ContextError);

    struct Config {
        url: &'static str,
    }

    struct Conn(&'static str);

    impl Conn {
        async fn open(ctx: &Context, url: &'static str) -> Result<Self, Error> {
            ctx.checkpoint().await?;
            Ok(Self(url))
        }

        async fn get(&self, id: u64) -> Result<String, Error> {
            tokio::task::yield_now().await;
            Ok(format!("{} #{id}", self.0))
        }
    }

    struct Store {
        conn: Lazy<Conn>,
    }

    #[once]
    fn config() -> &'static Config {
        Config { url: "db.example" }
    }

    impl Store {
        #[lazy(self.conn)] // the field is a Lazy<Conn>
        #[with_timeout("5s")]
        async fn conn(&self, ctx: &Context) -> Result<Arc<Conn>, Error> {
            Conn::open(ctx, config().url).await
        }
    }

    #[single_flight(key = id, shared(store))]
    #[cancellable]
    async fn user(ctx: &Context, store: &Arc<Store>, id: u64) -> Result<String, Error> {
        store.conn(ctx).await?.get(id).await // one query, however many callers
    }

    #[tokio::test]
    async fn two_callers_share_a_query() {
        let (ctx, store) = (Context::background(), Arc::new(Store { conn: Lazy::new() }));
        let (one, other) = tokio::join!(user(&ctx, &store, 7), user(&ctx, &store, 7));
        assert_eq!((one.unwrap(), other.unwrap()), ("db.example #7".to_owned(), "db.example #7".to_owned()));
    }
}

mod accept_loop {
    use std::time::Duration;

    use taskward::{Context, TaskGroup};
    use tokio::net::{TcpListener, TcpStream};

    async fn serve(ctx: Context, _stream: TcpStream) {
        _ = ctx.checkpoint().await;
    }

    #[taskward::main(grace = "10s")]
    async fn main(ctx: Context) -> std::io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:7070").await?;
        // After SIGTERM, a connection may finish its reply; a panic in one stops no other.
        let connections = TaskGroup::<()>::new(&ctx).limit(1000).grace(Duration::from_secs(5)).isolate_panics();
        while let Ok(room) = connections.room().await {
            match ctx.run(listener.accept()).await {
                Ok(Ok((stream, _))) => _ = room.spawn(move |ctx| serve(ctx, stream)),
                Ok(Err(_too_many_files)) => _ = ctx.sleep(Duration::from_millis(50)).await,
                Err(_stopping) => break,
            }
        }
        connections.join().await;
        Ok(())
    }
}
