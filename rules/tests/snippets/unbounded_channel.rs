// Violations.

async fn everybodys(ctx: &Context) {
    let (tx, rx) = tokio::sync::mpsc::unbounded_channel(); //~ unbounded_channel
    let (tx, rx) = mpsc::unbounded_channel::<u8>(); //~ unbounded_channel
    let (tx, rx) = std::sync::mpsc::channel(); //~ unbounded_channel
    let (tx, rx) = mpsc::channel(); //~ unbounded_channel
    let (tx, rx) = futures::channel::mpsc::unbounded(); //~ unbounded_channel
    let (tx, rx) = futures_channel::mpsc::unbounded(); //~ unbounded_channel
    let (tx, rx) = mpsc::unbounded(); //~ unbounded_channel
    let (tx, rx) = flume::unbounded(); //~ unbounded_channel
    let (tx, rx) = async_channel::unbounded(); //~ unbounded_channel
    let (tx, rx) = crossbeam_channel::unbounded::<u8>(); //~ unbounded_channel
    let (tx, rx) = crossbeam::channel::unbounded(); //~ unbounded_channel
    let (tx, rx) = async_std::channel::unbounded(); //~ unbounded_channel
    let (tx, rx) = kanal::unbounded_async(); //~ unbounded_channel
    work().await;
}

async fn imports(ctx: &Context) {
    use std::sync::mpsc as queue;
    use tokio::sync::mpsc::{unbounded_channel as endless, *};
    let (tx, rx) = endless(); //~ unbounded_channel
    let (tx, rx) = queue::channel(); //~ unbounded_channel
    let make = flume::unbounded;
    let (tx, rx) = make(); //~ unbounded_channel
    work().await;
}

async fn in_other_code(ctx: &Context) {
    let (tx, rx) = queue.unwrap_or_else(mpsc::unbounded_channel); //~ unbounded_channel
    let make = || mpsc::unbounded_channel(); //~ unbounded_channel
    let queues = vec![mpsc::unbounded_channel(); 2]; //~ unbounded_channel
    async { mpsc::unbounded_channel() }.await; //~ unbounded_channel
}

// Idioms.

async fn bounded(ctx: &Context) {
    let (tx, rx) = taskward::channel(8);
    let (tx, rx) = tokio::sync::mpsc::channel(8);
    let (tx, rx) = mpsc::channel::<u8>(8);
    let (tx, rx) = std::sync::mpsc::sync_channel(8);
    let (tx, rx) = flume::bounded(8);
    let (tx, rx) = async_channel::bounded(8);
    let (tx, rx) = oneshot::channel();
    let (tx, rx) = watch::channel(0);
    let (tx, rx) = broadcast::channel(8);
    let (a, b) = tokio::io::duplex(8);
    let range = Range::unbounded();
    let limits = Semaphore::unbounded();
    work().await;
}
