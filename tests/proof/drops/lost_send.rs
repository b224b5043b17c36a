//! A cancelled `send` has not sent, but its value is gone: tokio-rs/tokio#5947.

use taskward::cancel_test;
use tokio::sync::mpsc;

async fn consume(mut queue: mpsc::Receiver<u8>) -> Vec<u8> {
    let mut got = Vec::new();
    while let Some(item) = queue.recv().await {
        got.push(item);
    }
    got
}

#[cancel_test]
#[should_panic(expected = "items lost")]
pub(crate) async fn found() {
    let (items, queue) = mpsc::channel(1);
    let consumer = tokio::spawn(consume(queue));
    let mut waiting = vec![2, 1, 0];
    while let Some(item) = waiting.pop() {
        _ = cancellable(items.send(item)).await;
    }
    drop(items);
    assert_eq!(consumer.await.unwrap(), [0, 1, 2], "items lost");
}

#[cancel_test]
async fn repaired() {
    let (items, queue) = mpsc::channel(1);
    let consumer = tokio::spawn(consume(queue));
    let mut waiting = vec![2, 1, 0];
    while !waiting.is_empty() {
        // The item moves only when there is room.
        if let Some(Ok(room)) = cancellable(items.reserve()).await {
            room.send(waiting.pop().unwrap());
        }
    }
    drop(items);
    assert_eq!(consumer.await.unwrap(), [0, 1, 2], "items lost");
}
