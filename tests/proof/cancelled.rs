//! What is lost when a future is dropped.

use taskward::testing::{CancelTest, cancellable};
use tokio::sync::{Mutex, mpsc};

#[test]
fn an_item_is_lost_between_recv_and_store() {
    async fn store_next(queue: &mut mpsc::Receiver<u8>, stored: &Mutex<Vec<u8>>) {
        if let Some(item) = queue.recv().await {
            stored.lock().await.push(item);
        }
    }
    let report = CancelTest::new().explore(|_ctx| async {
        let (items, mut queue) = mpsc::channel(3);
        for item in 0..3 {
            items.send(item).await.unwrap();
        }
        drop(items);
        let stored = Mutex::new(Vec::new());
        while stored.lock().await.len() < 3 && !queue.is_closed() || !queue.is_empty() {
            _ = cancellable(store_next(&mut queue, &stored)).await;
        }
        assert_eq!(*stored.lock().await, [0, 1, 2], "items lost");
    });
    println!("{report}");
    assert_eq!(report.failures().len(), 1);
}

#[taskward::cancel_test]
async fn a_recv_loses_nothing() {
    let (items, mut queue) = mpsc::channel(1);
    tokio::spawn(async move { items.send(7).await });
    let received = cancellable(queue.recv()).await;
    let item = match received {
        Some(item) => item,
        None => queue.recv().await,
    };
    assert_eq!(item, Some(7));
}
