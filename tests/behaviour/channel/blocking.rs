//! Blocking sends and receives on threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use taskward::{Context, channel};
use tokio::task::spawn_blocking;

#[test]
fn threads_outside_of_tokio_send_and_receive() {
    let (tx, mut rx) = channel(1);
    let producer = thread::spawn(move || {
        for n in 0..1000 {
            tx.blocking_send(&Context::background(), n).unwrap();
        }
    });
    for n in 0..1000 {
        assert_eq!(rx.blocking_recv(), Some(n));
    }
    producer.join().unwrap();
    assert_eq!(rx.blocking_recv(), None);
}

#[test]
fn outside_of_tokio_the_context_ends_the_wait_too() {
    let (tx, _rx) = channel(1);
    tx.try_send(0).unwrap();
    let error = tx.blocking_send(&Context::background().with_timeout(Duration::from_millis(5)), 1).unwrap_err();
    assert!(error.interruption().unwrap().is_deadline_exceeded());

    let (ctx, canceller) = Context::background().with_cancel();
    let sending = {
        let tx = tx.clone();
        thread::spawn(move || tx.blocking_send(&ctx, 1))
    };
    canceller.cancel();
    assert_eq!(sending.join().unwrap().unwrap_err().into_inner(), 1);
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocking_tasks_send_and_receive_and_end_with_their_context() {
    let (tx, mut rx) = channel(1);
    let (ctx, canceller) = Context::background().with_cancel();
    let producer = spawn_blocking(move || (0..).find_map(|n| tx.blocking_send(&ctx, n).err()));
    for n in 0..100 {
        assert_eq!(rx.recv().await, Some(n));
    }
    canceller.cancel();
    assert!(producer.await.unwrap().unwrap().interruption().is_some());
    while rx.recv().await.is_some() {}
}

#[test]
fn a_close_is_heard() {
    let (tx, mut rx) = channel::<u8>(1);
    let receiving = thread::spawn(move || rx.blocking_recv());
    tx.close();
    assert_eq!(receiving.join().unwrap(), None);
}

#[crate::watched::test]
async fn in_an_async_function_they_panic_instead_of_blocking_its_thread() {
    let (tx, mut rx) = channel(1);
    let sent = catch_unwind(AssertUnwindSafe(|| tx.blocking_send(&Context::background(), 1)));
    assert!(sent.is_err());
    let received = catch_unwind(AssertUnwindSafe(|| rx.blocking_recv()));
    assert!(received.is_err());
}
