//! Once: one initialization, for any order of callers.

use std::sync::Arc;

use taskward::{Once, race_test};
use tokio::task::{JoinSet, yield_now};

use super::Census;

#[race_test(delays = 3)]
async fn there_is_one_initialisation() {
    let (once, inits) = (Arc::new(Once::<usize, String>::new()), Census::default());
    let mut set = JoinSet::new();
    for _ in 0..3 {
        let (once, inits) = (once.clone(), inits.clone());
        set.spawn(async move {
            let made = once.get_or_try_init(|| async {
                let _init = inits.enter();
                assert_eq!(inits.alive(), 1, "two at a time");
                yield_now().await;
                Ok(7)
            });
            assert_eq!(made.await, Ok(&7));
        });
    }
    while let Some(done) = set.join_next().await {
        done.unwrap();
    }
    assert_eq!(inits.ever(), 1);
}

#[race_test(delays = 3)]
async fn an_initialiser_that_goes_hands_over() {
    let (once, inits) = (Arc::new(Once::<usize, String>::new()), Census::default());
    let call = |once: Arc<Once<usize, String>>, inits: Census| async move {
        let made = once.get_or_try_init(|| async {
            let _init = inits.enter();
            assert_eq!(inits.alive(), 1, "two at a time");
            yield_now().await;
            Ok(7)
        });
        made.await.copied()
    };
    let first = tokio::spawn(call(once.clone(), inits.clone()));
    let (second, third) =
        (tokio::spawn(call(once.clone(), inits.clone())), tokio::spawn(call(once.clone(), inits.clone())));
    yield_now().await;
    first.abort();
    assert_eq!((second.await.unwrap(), third.await.unwrap()), (Ok(7), Ok(7)));
    assert!(inits.ever() <= 2);
}
