//! Lazy: one initialization at a time, and no value from before an invalidation.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use taskward::{Lazy, race_test};
use tokio::task::{JoinSet, yield_now};

use super::Census;

/// Each value is the number of its initialization.
#[derive(Default)]
struct Server {
    conn: Lazy<usize>,
    attempts: Census,
}

impl Server {
    async fn conn(&self) -> Arc<usize> {
        let connected = self.conn.get_or_try_init(|| async {
            let _attempt = self.attempts.enter();
            let number = self.attempts.ever();
            assert_eq!(self.attempts.alive(), 1, "two at a time");
            yield_now().await;
            Ok::<_, ()>(number)
        });
        connected.await.unwrap()
    }
}

#[race_test(delays = 3)]
async fn after_an_invalidation_nobody_gets_what_was_dialled_before() {
    let server = Arc::new(Server::default());
    let first = tokio::spawn({
        let server = server.clone();
        async move { drop(server.conn().await) }
    });
    yield_now().await;
    let begun = server.attempts.ever();
    server.conn.invalidate();
    assert!(*server.conn().await > begun);
    first.await.unwrap();
}

#[race_test(delays = 3)]
async fn however_many_find_it_broken_it_is_dialled_once_more() {
    let server = Arc::new(Server::default());
    let broken = server.conn().await;
    let invalidated = Arc::new(AtomicUsize::new(0));
    let mut set = JoinSet::new();
    for _ in 0..3 {
        let (server, broken, invalidated) = (server.clone(), broken.clone(), invalidated.clone());
        set.spawn(async move {
            yield_now().await;
            invalidated.fetch_add(usize::from(server.conn.invalidate_if(&broken)), SeqCst);
            assert_eq!(*server.conn().await, 2);
        });
    }
    while let Some(done) = set.join_next().await {
        done.unwrap();
    }
    assert_eq!((server.attempts.ever(), invalidated.load(SeqCst)), (2, 1));
}

#[race_test(delays = 3)]
async fn a_dial_that_is_dropped_is_taken_over() {
    let server = Arc::new(Server::default());
    let call = |server: Arc<Server>| async move { *server.conn().await };
    let first = tokio::spawn(call(server.clone()));
    let second = tokio::spawn(call(server.clone()));
    yield_now().await;
    first.abort();
    assert!(second.await.unwrap() <= 2);
    assert!(server.attempts.ever() <= 2);
    assert_eq!(server.attempts.alive(), 0);
}
