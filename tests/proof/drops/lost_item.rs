//! An item is taken out of the queue, but not yet stored: marmot-protocol/mdk#712,
//! oxidecomputer/propolis#434.

use taskward::cancel_test;
use tokio::sync::{Mutex, mpsc};

fn three_items() -> mpsc::Receiver<u8> {
    let (items, queue) = mpsc::channel(3);
    (0..3).for_each(|item| items.try_send(item).unwrap());
    queue
}

#[cancel_test]
#[should_panic(expected = "items lost")]
pub(crate) async fn found() {
    async fn store_next(queue: &mut mpsc::Receiver<u8>, stored: &Mutex<Vec<u8>>) -> bool {
        let Some(item) = queue.recv().await else { return false };
        stored.lock().await.push(item);
        true
    }
    let (mut queue, stored) = (three_items(), Mutex::default());
    while cancellable(store_next(&mut queue, &stored)).await != Some(false) {}
    assert_eq!(stored.into_inner(), [0, 1, 2], "items lost");
}

#[cancel_test]
async fn repaired() {
    async fn store_next(queue: &mut mpsc::Receiver<u8>, stored: &Mutex<Vec<u8>>) -> bool {
        // There is no `.await` between `recv` and `push`.
        let mut stored = stored.lock().await;
        let Some(item) = queue.recv().await else { return false };
        stored.push(item);
        true
    }
    let (mut queue, stored) = (three_items(), Mutex::default());
    while cancellable(store_next(&mut queue, &stored)).await != Some(false) {}
    assert_eq!(stored.into_inner(), [0, 1, 2], "items lost");
}
