//! A second read lock, under the first one, waits behind a writer that waits for the first:
//! tari-project/tari#4668. tokio-rs/tokio#2849 explains the order.

use std::sync::Arc;

use taskward::race_test;
use tokio::sync::RwLock;

type Blocks = Arc<RwLock<Vec<u32>>>;

#[race_test(delays = 1, runs = 100)]
#[should_panic(expected = "deadlock")]
pub(crate) async fn found() {
    async fn height(blocks: &Blocks) -> usize {
        blocks.read().await.len()
    }
    async fn template(blocks: Blocks) -> (u32, usize) {
        let read = blocks.read().await;
        (read.iter().sum(), height(&blocks).await)
    }
    let blocks = Blocks::default();
    let miner = tokio::spawn(template(blocks.clone()));
    let peer = tokio::spawn(async move { blocks.write().await.push(1) });
    miner.await.unwrap();
    peer.await.unwrap();
}

#[race_test]
async fn repaired() {
    async fn template(blocks: Blocks) -> (u32, usize) {
        let read = blocks.read().await;
        (read.iter().sum(), read.len())
    }
    let blocks = Blocks::default();
    let miner = tokio::spawn(template(blocks.clone()));
    let peer = tokio::spawn(async move { blocks.write().await.push(1) });
    miner.await.unwrap();
    peer.await.unwrap();
}
