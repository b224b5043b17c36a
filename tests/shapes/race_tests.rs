//! Bodies of race tests, in every edition.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use taskward::{Context, race_test};
use tokio::sync::{Mutex, mpsc};
use tokio::task::{JoinSet, spawn_local, yield_now};

#[race_test(delays = 1)]
async fn no_parameter() {
    yield_now().await;
}

#[race_test(delays = 1)]
async fn mut_parameter(mut ctx: Context) -> Result<(), Box<dyn Error>> {
    ctx = ctx.with_value(7_u8);
    ctx.checkpoint().await?;
    Ok(())
}

#[race_test(delays = 1)]
#[allow(clippy::let_unit_value)]
async fn expressions(ctx: &Context) {
    #![allow(unused_must_use)]
    async fn nested(n: u8) -> Result<Option<u8>, u8> {
        yield_now().await;
        if n > 3 { Err(n) } else { Ok(Some(n)) }
    }
    let closure = |n: u8| async move { nested(n).await };
    match closure(1).await {
        Ok(Some(n)) if n == nested(1).await.unwrap().unwrap() => {}
        _ => panic!("it is 1"),
    }
    let array = [nested(1).await, nested(5).await];
    assert_eq!(array, [Ok(Some(1)), Err(5)]);
    let text = format!("{:?} {}", nested(2).await, if nested(9).await.is_err() { "err" } else { "ok" });
    assert_eq!(text, "Ok(Some(2)) err");
    let lock = Mutex::new(vec![1_u8, 2]);
    lock.lock().await[0] += nested(1).await.unwrap().unwrap();
    *lock.lock().await.last_mut().unwrap() = 9;
    let &mut ref first = &mut lock.lock().await[0];
    assert_eq!(*first, 2);
    ctx.run(async { yield_now().await }).await.unwrap();
    let mut n = 0;
    let last = 'outer: loop {
        while nested(n).await.is_ok() {
            n += 1;
            if nested(n).await.is_err() {
                break 'outer nested(n).await;
            }
        }
    };
    assert_eq!(last, Err(4));
    nested(1).await;
    let mut future = Box::pin(yield_now());
    future.as_mut().await;
    let boxed: Pin<Box<dyn Future<Output = u8> + Send>> = Box::pin(async { 1 });
    assert_eq!(boxed.await, 1);
}

macro_rules! counted {
    ($name:ident, $count:expr, $body:block) => {
        #[race_test(delays = 1, runs = $count)]
        async fn $name() $body
    };
}

counted!(from_a_macro, 20 + 1, {
    yield_now().await;
});

#[race_test(delays = 1)]
async fn spawns() {
    let (send, mut receive) = mpsc::channel::<u8>(4);
    let set = Arc::new(Mutex::new(JoinSet::new()));
    {
        let send = send.clone();
        set.lock().await.spawn(async move { send.send(1).await.unwrap() });
    }
    {
        let mut guard = set.lock().await;
        let send = send.clone();
        guard.spawn(async move { send.send(2).await.unwrap() });
        let threads = std::thread::spawn(|| 3);
        guard.spawn(Box::pin(async move { assert_eq!(threads.join().unwrap(), 3) }));
    }
    let local = spawn_local({
        let send = send.clone();
        async move { send.send(4).await.unwrap() }
    });
    drop(send);
    local.await.unwrap();
    let mut sum = 0;
    while let Some(n) = receive.recv().await {
        sum += n;
    }
    assert_eq!(sum, 7);
}
